// The findings of a diagnosis as a page of text.
#pragma once

#include <string>

#include "analyzer/diagnosis/diagnosis.h"
#include "format/header.h"

namespace sysreel {

// The whole report. Times are wall clock of the recorded host, in the reader's time zone.
std::string findings_text(const DiagnosisResult& result, const Header& header);

// "nothing wrong found in 1,234 events", "2 findings in 1,234 events", and what was lost.
std::string findings_headline(const DiagnosisResult& result);

}  // namespace sysreel
