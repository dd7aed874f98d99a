// The text of trace-report --errors.
#pragma once

#include <cstddef>
#include <string>

#include "analyzer/errors/error_report.h"
#include "format/header.h"

namespace sysreel::errors {

// How many failures of each verdict are shown.
struct ReportLimits {
  std::size_t suspects = 10;
  std::size_t unclear = 8;
  std::size_t handled = 12;
};
constexpr ReportLimits everything{SIZE_MAX, SIZE_MAX, SIZE_MAX};

// The whole report of a finished pass. Times are wall clock of the recorded host, in the reader's time zone. Whatever traced
// programs wrote is escaped.
std::string report_text(const ErrorReport& report, const Header& header, const ReportLimits& limits = {});

}  // namespace sysreel::errors
