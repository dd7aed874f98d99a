// Reads and writes of a few bytes at a high rate.
#pragma once

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Counts per descriptor. Sockets are left out: protocols of small messages are as they are.
class TinyIo final : public Rule {
 public:
  std::string_view name() const override { return "tiny-io"; }
  Needs needs() const override { return {.calls = "read,write,pread64,pwrite64"}; }
  void on(const Call& call, const Scene& scene) override;
  void on(const TaskExit& exit, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Flow {
    std::uint64_t calls = 0, bytes = 0;
    Nanos first, last;
    bool socket = false;
    Evidence evidence;
    std::string who, what;
    std::string_view call;
  };
  // Process, descriptor, and whether it is written.
  using Key = std::tuple<int, int, bool>;
  void conclude(const Key& key, const Flow& flow);

  BoundedMap<Key, Flow> flows_{8192};
  std::vector<Finding> found_;
};

}  // namespace sysreel
