// The kinds of events besides calls, as columns: what fields each has, named as in reel.capnp.
#pragma once

#include <concepts>
#include <type_traits>

#include "format/event.h"

namespace sysreel {

template <typename T, typename Event>
concept Like = std::same_as<std::remove_const_t<T>, Event>;

// Each function visits the fields of its event once, naming the column in reel.capnp.
template <typename Visitor>
void describe(Visitor& v, Like<Signal> auto& e) {
  v.task("task", e.pid, e.tid);
  v.time("time", e.time);
  v.choice("stage", e.stage, SignalStage::ignored);
  v.choice("abi", e.abi, Abi::aarch64);
  v.number("signo", e.signo);
  v.text("siginfo", e.siginfo);
  v.number("senderPid", e.sender_pid);
  v.number("senderTid", e.sender_tid);
  v.number("ip", e.ip);
  v.text("fault", e.fault);
  v.words("stack", e.stack);
  v.text("senderComm", e.sender_comm);
  v.number("senderCall", e.sender_call);
}

template <typename Visitor>
void describe(Visitor& v, Like<JobStop> auto& e) {
  v.task("task", e.pid, e.tid);
  v.time("time", e.time);
  v.number("signo", e.signo);
}

template <typename Visitor>
void describe(Visitor& v, Like<TaskNew> auto& e) {
  v.task("task", e.pid, e.tid);
  v.time("time", e.time);
  v.choice("origin", e.origin, TaskOrigin::created);
  v.number("parentPid", e.parent_pid);
  v.number("parentTid", e.parent_tid);
  v.number("cloneFlags", e.clone_flags);
  v.text("comm", e.comm);
}

template <typename Visitor>
void describe(Visitor& v, Like<Exec> auto& e) {
  v.task("task", e.pid, e.tid);
  v.time("time", e.time);
  v.number("formerTid", e.former_tid);
  v.text("path", e.path);
}

template <typename Visitor>
void describe(Visitor& v, Like<TaskExit> auto& e) {
  v.task("task", e.pid, e.tid);
  v.time("time", e.time);
  v.number("status", e.status);
  v.number("wholeProcess", e.whole_process);
}

template <typename Visitor>
void describe(Visitor& v, Like<TaskDetach> auto& e) {
  v.task("task", e.pid, e.tid);
  v.time("time", e.time);
}

template <typename Visitor>
void describe(Visitor& v, Like<FdFact> auto& e) {
  v.task("task", e.pid, e.tid);
  v.time_by_call("time", e.time);
  v.number("fd", e.fd);
  v.choice("cause", e.cause, FdCause::closed);
  v.choice("kind", e.kind, FdKind::anon);
  v.number("late", e.late);
  v.number("mode", e.mode);
  v.number("device", e.device);
  v.number("inode", e.inode);
  v.number("special", e.special);
  v.number("openFlags", e.open_flags);
  v.number("offset", e.offset);
  v.text("path", e.path);
  v.number("family", e.family);
  v.number("socketType", e.socket_type);
  v.number("protocol", e.protocol);
  v.text("local", e.local);
  v.text("peer", e.peer);
  v.text("extra", e.extra);
}

template <typename Visitor>
void describe(Visitor& v, Like<Snapshot> auto& e) {
  v.task("task", e.pid, e.tid);
  v.time("time", e.time);
  v.choice("kind", e.kind, SnapshotKind::oom_victim);
  v.text("data", e.data);
}

template <typename Visitor>
void describe(Visitor& v, Like<ClockSample> auto& e) {
  v.time("time", e.time);
  v.number("realtime", e.realtime.value);
}

template <typename Visitor>
void describe(Visitor& v, Like<Loss> auto& e) {
  v.time("from", e.from);
  v.time("to", e.to);
  v.choice("cause", e.cause, static_cast<LossCause>(loss_cause_count - 1));
  v.number("count", e.count);
  v.number("signalsAndTasks", e.signals_and_tasks);
}

template <typename Visitor>
void describe(Visitor& v, Like<End> auto& e) {
  v.time("time", e.time);
  v.choice("reason", e.reason, EndReason::requested);
  v.number("commandStatus", e.command_status);
  v.text("message", e.message);
}

// The time of an event, or where it has two, the later one.
template <typename Event>
Nanos time_of(const Event& event) {
  if constexpr (std::same_as<Event, Loss>) {
    return event.to;
  } else if constexpr (std::same_as<Event, Call>) {
    return event.end();
  } else {
    return event.time;
  }
}

}  // namespace sysreel
