// Where a thread was when it crashed: code, module, symbol, stack, registers.
#pragma once

#include <string>
#include <vector>

#include "analyzer/diagnosis/deaths/death.h"

namespace sysreel::deaths {

// Lines for a report. What was not recorded is left out.
std::vector<std::string> crash_site(const Death& death, const Inquest& inquest);

}  // namespace sysreel::deaths
