// Asks /proc what traced processes have mapped, for the stacks of the live front end.
#pragma once

#include "analyzer/stacks/code_places.h"
#include "recorder/proc.h"

namespace sysreel::tools {

// True to the moment of turn_to(), as long as the traced thread is stopped. Used by one thread.
class LivePlaces final : public CodePlaces {
 public:
  void turn_to(Pid pid) override {
    map_ = {};
    map_.replace_by(proc::read_file(proc::path_of(pid, "maps"), 16u << 20).value_or(""));
  }
  std::optional<CodePlace> place(std::uint64_t address) override { return place_in(map_, address); }

 private:
  MemoryMap map_;
};

}  // namespace sysreel::tools
