// Text inside of JSON and CSV, and on a terminal: traced data must neither break a parser nor steer a screen.
#pragma once

#include <string>
#include <string_view>

namespace sysreel {

// "a\"b\n" with its quotes. Bytes that are no ASCII are written as the code points of the same number: JSON is Unicode, and the
// kernel's strings are bytes; a reader gets them back by encoding as Latin-1.
std::string json_quoted(std::string_view text);

// "a""b" with its quotes (RFC 4180).
std::string csv_quoted(std::string_view text);

// As it is, with \ooo for what does not print, as strace writes it.
std::string printable(std::string_view text);

}  // namespace sysreel
