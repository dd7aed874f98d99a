// Connections that are tried again and again without a pause.
#pragma once

#include "analyzer/diagnosis/bounded_map.h"
#include "analyzer/diagnosis/rule.h"

namespace sysreel {

// Counts failed connects by peer, in a row. Ten a second over at least twenty attempts is a storm.
class RetryStorm final : public Rule {
 public:
  std::string_view name() const override { return "retry-storm"; }
  Needs needs() const override { return {.calls = "connect"}; }
  void on(const Call& call, const Scene& scene) override;
  void finish(const Scene& scene, std::vector<Finding>& findings) override;

 private:
  struct Attempts {
    std::uint64_t row = 0, longest_row = 0;
    Nanos first, row_began, last;
    Nanos longest_span;
    int error = 0;
    Evidence evidence;
    std::string who;
  };
  BoundedMap<std::pair<int, std::string>, Attempts> attempts_{1024};  // by process and peer
};

}  // namespace sysreel
