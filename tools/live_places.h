// Asks /proc what traced processes have mapped, for the stacks of the live front end.
#pragma once

#include <string>
#include <vector>

#include "analyzer/stacks/stack_lines.h"

namespace sysreel::tools {

// True to the moment of turn_to(), as long as the traced thread is stopped. Used by one thread.
class LivePlaces final : public CodePlaces {
 public:
  void turn_to(Pid pid) override;
  std::optional<CodePlace> place(std::uint64_t address) override;

 private:
  struct Mapping {
    std::uint64_t start = 0, end = 0, offset = 0;
    std::string path;
  };
  std::vector<Mapping> mappings_;  // in ascending order
};

}  // namespace sysreel::tools
