// Mappings that are made and not unmapped.
#pragma once

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Counts mmap against munmap per process. Speaks when a thousand mappings were made, nine of ten remain, and they came over
// at least half of the recording. Allocators keep what they have: hence only possible.
class MappingLeak final : public Rule {
 public:
  std::string_view name() const override { return "mapping-leak"; }
  Needs needs() const override { return {.calls = "mmap,munmap", .every_call = true}; }
  void on(const Call& call, const Scene& scene) override;
  void on(const Exec& exec, const Scene&) override { processes_.erase(raw(exec.pid)); }
  void on(const TaskExit& exit, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Mappings {
    std::uint64_t made = 0, unmapped = 0, bytes = 0, unmapped_bytes = 0;
    Nanos first, last;
    Evidence evidence;
    std::string who;
  };
  void conclude(int pid, const Mappings& mappings);

  BoundedMap<int, Mappings> processes_{16384};
  std::vector<Finding> found_;
  Nanos began_, now_;
};

}  // namespace sysreel
