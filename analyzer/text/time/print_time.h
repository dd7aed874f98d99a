// Dates as strace writes them behind seconds.
#pragma once

#include <cstdint>

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// 2022-11-23T12:59:26.000000001+0000 in the reader's time zone; `fraction` is a part of a second in units of `per_second`
// (1 if there is none). Writes nothing for the epoch itself, for a fraction that is none, and for years beyond the calendar;
// returns whether it wrote.
bool print_date(CallPrinter& p, std::int64_t seconds, std::uint64_t fraction, std::uint64_t per_second);

// The same as a comment: " /* 2022-… */".
void print_date_note(CallPrinter& p, std::int64_t seconds, std::uint64_t fraction, std::uint64_t per_second);

}  // namespace sysreel::text
