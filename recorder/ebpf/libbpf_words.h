// What libbpf says while it loads programs, and what of it is worth a line on stderr.
#pragma once

#include <string>
#include <string_view>

namespace sysreel {

// Keeps what libbpf says from here on, instead of printing it. Loading is done by one thread at a time.
void keep_libbpf_words();

// What was kept since then.
const std::string& libbpf_words();

// The reason among such words: the last thing that the verifier said of the first program that it refused, with that program's
// name; without a verifier's log the first complaint. Empty if there is none.
std::string reason_in(std::string_view words);

}  // namespace sysreel
