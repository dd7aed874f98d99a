// Reads the values of options: numbers, times, precisions, and sets of names or numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "analyzer/text/text_options.h"
#include "format/abi/syscall_set.h"
#include "format/ids.h"
#include "format/result.h"

namespace sysreel::tools {

// A decimal number without sign, up to the highest int.
std::optional<int> parse_int(std::string_view text);

// A span of time: a decimal number, perhaps with fraction and exponent, and s, ms, us (if none is given) or ns.
std::optional<Nanos> parse_duration(std::string_view text);

// s, ms, us or ns.
std::optional<text::Precision> parse_precision(std::string_view text);

// The value of --absolute-timestamps: "[format:]none|time|unix" and "[precision:]s|ms|us|ns" in any order, into what is set
// so far. False: it is none.
bool parse_timestamps(std::string_view text, text::ClockFormat& format, text::Precision& precision);

// Whether `text` is a value of --tips: "[id:]NUMBER|random" and "[format:]none|compact|full". There are no tips to show.
bool is_tips_format(std::string_view text);

// A name and the bit (or other number) it stands for.
struct NamedValue {
  std::string_view name;
  unsigned value;
};

// The value of a name, its case ignored.
std::optional<unsigned> value_of_name(std::span<const NamedValue> names, std::string_view name);

// Parses "[!]all", "[!]none" or "[!]NAME[,NAME]..." to the sum of the names' bits. Fails with "invalid WHAT 'TOKEN'".
Result<unsigned> parse_bits(std::string_view text, std::span<const NamedValue> names, std::string_view what);

// The same for numbers; `parse` reads one.
Result<text::NumberChoice> parse_numbers(std::string_view text, std::string_view what,
                                         const std::function<std::optional<int>(std::string_view)>& parse);

// A signal: a number, or a name with or without SIG, its case ignored.
std::optional<int> parse_signal(std::string_view text);

}  // namespace sysreel::tools
