#include "tests/analyzer/diagnosis/rule_story.h"

namespace sysreel::testing {
namespace {

std::vector<std::unique_ptr<Rule>> only(std::unique_ptr<Rule> rule) {
  std::vector<std::unique_ptr<Rule>> rules;
  rules.push_back(std::move(rule));
  return rules;
}

}  // namespace

RuleStory::RuleStory(std::unique_ptr<Rule> rule) : diagnosis_(only(std::move(rule))) { diagnosis_.begin({}); }

RuleStory& RuleStory::call(CallBuilder builder, Nanos duration) {
  Call event = builder.event();
  event.pid = Pid{pid_};
  event.tid = Tid{tid_};
  event.start = now_;
  event.duration = duration;
  now_ = now_ + duration;
  diagnosis_.on(event);
  return *this;
}

RuleStory& RuleStory::blocked(CallBuilder builder, Nanos since) {
  Call event = builder.flags(call_in_flight).event();
  event.pid = Pid{pid_};
  event.tid = Tid{tid_};
  event.start = now_ - since;
  event.duration = since;
  diagnosis_.on(event);
  return *this;
}

RuleStory& RuleStory::born(int pid, int tid, int parent) {
  diagnosis_.on(TaskNew{.pid = Pid{pid}, .tid = Tid{tid}, .time = now_, .parent_pid = Pid{parent}, .parent_tid = Tid{parent}});
  return *this;
}

RuleStory& RuleStory::ended(int pid) {
  diagnosis_.on(TaskExit{.pid = Pid{pid}, .tid = Tid{pid}, .time = now_, .whole_process = true});
  return *this;
}

RuleStory& RuleStory::descriptor(int fd, FdKind kind, std::string_view path, std::uint64_t inode, std::uint32_t open_flags) {
  FdFact fact;
  fact.pid = Pid{pid_};
  fact.tid = Tid{tid_};
  fact.time = now_;
  fact.fd = fd;
  fact.kind = kind;
  fact.path = path;
  fact.inode = inode;
  fact.open_flags = open_flags;
  diagnosis_.on(fact);
  return *this;
}

RuleStory& RuleStory::datagram(int fd, std::string_view peer) {
  FdFact fact;
  fact.pid = Pid{pid_};
  fact.fd = fd;
  fact.kind = FdKind::socket;
  fact.family = 2;
  fact.socket_type = 2;
  fact.peer = {reinterpret_cast<const std::byte*>(peer.data()), peer.size()};
  diagnosis_.on(fact);
  return *this;
}

const std::vector<Finding>& RuleStory::findings() {
  if (!finished_) {
    diagnosis_.on(End{.time = now_});
    diagnosis_.finish();
  }
  finished_ = true;
  return diagnosis_.result().findings;
}

std::string RuleStory::sentences() {
  std::string text;
  for (const Finding& finding : findings()) text += finding.sentence + "\n";
  return text;
}

}  // namespace sysreel::testing
