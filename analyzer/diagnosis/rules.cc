#include "analyzer/diagnosis/rules.h"

#include "analyzer/diagnosis/deaths/death_watch.h"

namespace sysreel {

std::vector<std::unique_ptr<Rule>> all_rules() {
  std::vector<std::unique_ptr<Rule>> rules;
  rules.push_back(std::make_unique<DeathWatch>());
  return rules;
}

}  // namespace sysreel
