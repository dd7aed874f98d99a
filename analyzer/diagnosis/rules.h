// The list of all rules.
#pragma once

#include <memory>
#include <vector>

#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// A fresh instance of each, in the order in which equally severe findings are shown.
std::vector<std::unique_ptr<Rule>> all_rules();

}  // namespace sysreel
