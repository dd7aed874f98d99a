// A short story of events told to one rule, and what it finds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/diagnosis/diagnosis.h"
#include "tests/analyzer/render.h"

namespace sysreel::testing {

constexpr Nanos microseconds(std::int64_t count) { return {count * 1000}; }
constexpr Nanos milliseconds(std::int64_t count) { return {count * 1'000'000}; }
constexpr Nanos seconds(std::int64_t count) { return {count * 1'000'000'000}; }

// Time passes by the durations of calls and by pauses. Calls are made by thread 100 of process 100 unless `by` says else.
class RuleStory {
 public:
  explicit RuleStory(std::unique_ptr<Rule> rule);

  RuleStory& by(int pid, int tid) { pid_ = pid; tid_ = tid; return *this; }
  RuleStory& by(int pid) { return by(pid, pid); }
  RuleStory& pause(Nanos span) { now_ = now_ + span; return *this; }
  RuleStory& call(CallBuilder builder, Nanos duration = microseconds(1));
  // In flight since `since` before now.
  RuleStory& blocked(CallBuilder builder, Nanos since);
  RuleStory& born(int pid, int tid, int parent = 0);
  RuleStory& ended(int pid);
  RuleStory& descriptor(int fd, FdKind kind, std::string_view path, std::uint64_t inode, std::uint32_t open_flags = 0);
  RuleStory& datagram(int fd, std::string_view peer);

  // Ends the story.
  const std::vector<Finding>& findings();
  // The sentences, a line each.
  std::string sentences();

 private:
  Diagnosis diagnosis_;
  int pid_ = 100, tid_ = 100;
  Nanos now_{1'000'000'000};
  bool finished_ = false;
};

}  // namespace sysreel::testing
