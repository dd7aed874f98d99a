#include "analyzer/diagnosis/leaks/descriptor_leak.h"

#include <fmt/format.h>

#include "analyzer/diagnosis/wording.h"
#include "analyzer/errors/call_shape.h"
#include "analyzer/errors/failure_object.h"

namespace sysreel {
namespace {

constexpr std::uint64_t many = 100;
constexpr std::size_t finding_limit = 32;

// What the descriptors of one group have in common, fit to print.
std::string group_of(const FdFact& fact) {
  if (fact.kind == FdKind::socket) return "sockets";
  if (fact.kind == FdKind::fifo) return "pipes";
  // /data/000123 and /data/124 are alike: numbers do not tell files apart.
  std::string pattern;
  for (const char c : errors::escaped(fact.path)) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) pattern += c;
    if (digit && !pattern.ends_with('#')) pattern += '#';
  }
  return pattern;
}

}  // namespace

void DescriptorLeak::on(const Call& call, const Scene& scene) {
  if (began_.value == 0) began_ = call.start;
  now_ = std::max(now_, call.end());
  if (call.has(call_in_flight) || call.failed()) return;
  const errors::Deed deed = errors::shape_of(call.abi, call.nr).deed;
  if (deed == errors::Deed::close) return closed(call.pid, static_cast<std::int32_t>(call.args[0]));
  if (deed == errors::Deed::replace) return closed(call.pid, static_cast<std::int32_t>(call.args[1]));
  if (call.pid != telling_pid_ || call.result != telling_fd_) return;
  telling_pid_ = {};
  const std::string* key = open_.find({raw(call.pid), static_cast<int>(call.result)});
  if (Group* group = key ? groups_.find({raw(call.pid), *key}) : nullptr) group->evidence = scene.evidence(call);
}

void DescriptorLeak::on(const FdFact& fact, const Scene& scene) {
  if (fact.cause == FdCause::closed) return closed(fact.pid, fact.fd);
  if (fact.cause != FdCause::call || open_.find({raw(fact.pid), fact.fd})) return;  // a change, as by connect
  std::string what = group_of(fact);
  Group* group = groups_.make({raw(fact.pid), what});
  std::string* known = open_.make({raw(fact.pid), fact.fd});
  if (!group || !known) return;
  if (group->made++ == 0) {
    group->first = fact.time;
    group->who = scene.name(fact.pid);
    group->evidence = scene.evidence("the first of them was made here");
  }
  if (group->made == many) {
    telling_pid_ = fact.pid;
    telling_fd_ = fact.fd;
  }
  group->last = fact.time;
  *known = std::move(what);
}

void DescriptorLeak::closed(Pid pid, int fd) {
  const std::string* key = open_.find({raw(pid), fd});
  if (!key) return;
  if (Group* group = groups_.find({raw(pid), *key})) ++group->closed;
  open_.erase({raw(pid), fd});
}

void DescriptorLeak::conclude(const Key& key, const Group& group) {
  const std::uint64_t open = group.made - group.closed;
  const Nanos whole = now_ - began_;
  // Made over at least half of the recording: not a burst at the start or the load of a moment.
  const bool goes_on = (group.last - group.first).value >= whole.value / 2;
  if (open < many || group.closed * 10 > group.made || !goes_on || found_.size() >= finding_limit) return;
  found_.push_back({.severity = Severity::warning,
                    .confidence = Confidence::probable,
                    .pid = Pid{key.first},
                    .time = group.first,
                    .sentence = fmt::format("{} opened {} {} times within {} and closed {} of them", group.who, key.second, group.made,
                                            span_text(group.last - group.first), group.closed),
                    .evidence = {group.evidence},
                    .missing = "whether they are kept on purpose",
                    .advice = "close them on every way out of the function that opens them; record with -k to see where that is"});
}

void DescriptorLeak::forget(Pid pid) {
  open_.erase_if([&](const auto& key, const auto&) { return key.first == raw(pid); });
  groups_.erase_if([&](const auto& key, const auto&) { return key.first == raw(pid); });
}

void DescriptorLeak::on(const TaskExit& exit, const Scene&) {
  if (!exit.whole_process) return;
  now_ = std::max(now_, exit.time);
  for (const auto& [key, group] : groups_) {
    if (key.first == raw(exit.pid)) conclude(key, group);
  }
  forget(exit.pid);
}

void DescriptorLeak::finish(const Scene&, std::vector<Finding>& findings) {
  for (const auto& [key, group] : groups_) conclude(key, group);
  findings = std::move(found_);
}

}  // namespace sysreel
