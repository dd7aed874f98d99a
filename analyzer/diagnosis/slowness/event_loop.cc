#include "analyzer/diagnosis/slowness/event_loop.h"

#include <fmt/format.h>

#include "analyzer/diagnosis/wording.h"
#include "analyzer/errors/call_shape.h"

namespace sysreel {
namespace {

constexpr std::uint64_t many_polls = 1000;
constexpr Nanos at_once = millis(1);
constexpr Nanos long_block = millis(50);
constexpr std::uint64_t loop_polls = 50;  // who polls so often is an event loop

bool is_poll(const Call& call) { return errors::shape_of(call.abi, call.nr).deed == errors::Deed::wait; }

}  // namespace

void EmptyPolling::on(const Call& call, const Scene& scene) {
  if (call.has(call_in_flight)) return;
  Loop* loop = loops_.make(raw(call.tid));
  if (!loop) return;
  if (loop->polls++ == 0) {
    loop->pid = call.pid;
    loop->first = call.start;
  }
  loop->last = call.end();
  if (call.result != 0 || call.duration >= at_once) return;
  if (++loop->empty != many_polls) return;
  loop->who = scene.name(call.pid);
  loop->evidence = scene.evidence(call);
}

void EmptyPolling::finish(const Scene&, std::vector<Finding>& findings) {
  for (const auto& [tid, loop] : loops_) {
    if (loop.empty < many_polls || loop.empty * 10 < loop.polls * 9) continue;
    findings.push_back({.severity = Severity::warning,
                        .confidence = Confidence::certain,
                        .pid = loop.pid,
                        .time = loop.first,
                        .sentence = fmt::format("{}, thread {}, polled {} times within {} and found nothing in {} of them", loop.who, tid,
                                                loop.polls, span_text(loop.last - loop.first), loop.empty),
                        .evidence = {loop.evidence},
                        .advice = "poll with a timeout, or wait for the event itself: this burns a processor"});
  }
}

Needs BlockedEventLoop::needs() const {
  return {.calls = "poll,ppoll,select,pselect6,epoll_wait,epoll_pwait,epoll_pwait2,read,write,pread64,pwrite64,readv,writev,"
                   "sendto,sendmsg,recvfrom,recvmsg,connect,open,openat,fsync,fdatasync,flock,nanosleep,clock_nanosleep,wait4,"
                   "futex",
          .durations = true};
}

void BlockedEventLoop::on(const Call& call, const Scene& scene) {
  if (call.has(call_in_flight)) return;
  if (is_poll(call)) {
    if (Loop* loop = loops_.make(raw(call.tid))) ++loop->polls;
    return;
  }
  if (call.duration < long_block || call.has(call_start_unknown)) return;
  Loop* loop = loops_.find(raw(call.tid));
  if (!loop) return;
  ++loop->blocked;
  loop->total = loop->total + call.duration;
  if (call.duration < loop->longest) return;
  loop->longest = call.duration;
  loop->pid = call.pid;
  loop->who = scene.name(call.pid);
  loop->at = call.start;
  loop->evidence = scene.evidence(call);
}

void BlockedEventLoop::finish(const Scene&, std::vector<Finding>& findings) {
  for (const auto& [tid, loop] : loops_) {
    if (loop.polls < loop_polls || loop.blocked == 0) continue;
    findings.push_back({.severity = Severity::warning,
                        .confidence = Confidence::probable,
                        .pid = loop.pid,
                        .time = loop.at,
                        .sentence = fmt::format("{}, thread {}, is an event loop and blocked in other calls {} times, {} at the longest",
                                                loop.who, tid, loop.blocked, span_text(loop.longest)),
                        .details = {fmt::format("it polled {} times; nothing it polls for was served during {}", loop.polls, span_text(loop.total))},
                        .evidence = {loop.evidence},
                        .missing = "whether anything was waiting to be served meanwhile",
                        .advice = "move that call to a worker thread, or make it non-blocking"});
  }
}

}  // namespace sysreel
