// Helps those who name a system call that does not exist, or not the one that their program makes.
#pragma once

#include <string>
#include <string_view>

namespace sysreel::abi {

// Behind the message that a name of `expression` (of -e trace=) is no call: "; did you mean 'openat'?", or nothing if no
// call has a similar name.
std::string hint_for_unknown_call(std::string_view expression);

// A remark on a legal expression that will surprise: it names calls that C libraries make no more, as open. Or nothing.
std::string note_on_set(std::string_view expression);

}  // namespace sysreel::abi
