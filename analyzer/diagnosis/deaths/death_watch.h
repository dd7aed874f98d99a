// Watches processes end, and explains those that did not end well.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Keeps the first so many unhappy ends; the rest is counted.
class DeathWatch final : public Rule {
 public:
  std::string_view name() const override { return "death"; }
  Needs needs() const override { return {.every_other = true}; }
  void on(const TaskExit& exit, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  static constexpr std::size_t death_limit = 256;
  std::vector<Finding> deaths_;
  std::uint64_t more_ = 0;
};

}  // namespace sysreel
