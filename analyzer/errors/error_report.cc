#include "analyzer/errors/error_report.h"

#include <algorithm>
#include <cstring>

#include "analyzer/errors/messages.h"
#include "analyzer/text/memory_image.h"

namespace sysreel::errors {
namespace {

constexpr std::uint64_t search_distance = 2000;  // calls within which a program looks for one name in several places
constexpr std::size_t end_limit = 4;
constexpr std::uint64_t keeps_failing = 3;       // failures in a row that are no accident

bool takes_data(Deed deed) { return deed == Deed::read || deed == Deed::accept; }

Key by_name(std::string_view path) { return mixed(1, key_of(last_component(path))); }
Key by_descriptor(std::int64_t fd, Deed deed) { return mixed(4, static_cast<Key>(fd) << 8 | static_cast<Key>(deed)); }

// What connections to one service have in common, whatever address of its host they try: the port.
Key by_service(std::string_view address) {
  constexpr char inet = 2, inet6 = 10;
  const bool has_port = address.size() >= 4 && (address[0] == inet || address[0] == inet6);
  return mixed(3, key_of(has_port ? address.substr(2, 2) : address));
}

// Where a failure and the success that makes it good meet, and what exactly the failure was about.
struct Meeting {
  Key key = 0;
  Key exact = 0;
};

Meeting meeting_of(const Call& call, const CallShape& shape, const Model& model, bool in_progress = false) {
  switch (object_kind(call, shape)) {
    case ObjectKind::path: {
      const std::string_view path = path_at(call, shape.path);
      return {by_name(path), path_key(call, shape, path, model)};
    }
    case ObjectKind::address: {
      const std::string_view address = address_at(call, shape);
      if (in_progress) return {by_descriptor(static_cast<std::int32_t>(call.args[0]), shape.deed), key_of(address)};
      return {by_service(address), key_of(address)};
    }
    case ObjectKind::descriptor:
      if (shape.descriptor < 0 || shape.deed == Deed::other) break;
      return {by_descriptor(static_cast<std::int32_t>(call.args[static_cast<std::size_t>(shape.descriptor)]), shape.deed), 0};
    case ObjectKind::none: break;
  }
  return {mixed(5, static_cast<Key>(raw(call.nr))), 0};
}

}  // namespace

void ErrorReport::begin(const Header& header) {
  totals_.filtered = !header.filter.empty();
  totals_.string_limit = header.string_limit;
}

void ErrorReport::on(const Loss& loss) { (loss.signals_and_tasks ? totals_.other_lost : totals_.lost) += loss.count; }

void ErrorReport::on(const Call& call) {
  if (!call.has(call_in_flight)) {
    const CallShape& shape = shape_of(call.abi, call.nr);
    ProcessTrack& mine = process(call.pid);
    ++mine.calls;
    const bool counts = !call.has(call_hidden) && options_.calls.has(call.abi, call.nr);
    totals_.calls += counts;
    if (!call.failed()) {
      succeeded(call, shape, mine);
    } else if (counts) {
      ++totals_.failures;
      failed(call, shape, mine);
    }
  }
  model_.on(call);  // after the report: a failed call concerns the state before it
}

void ErrorReport::on(const TaskNew& task) {
  knowledge_.on(task);
  model_.on(task);
}

void ErrorReport::on(const FdFact& fact) {
  model_.on(fact);
  if (fact.cause != FdCause::call || fact.kind == FdKind::socket) return;
  if (Traffic* traffic = process(fact.pid).traffic_of(fact.fd)) *traffic = {};
}

void ErrorReport::on(const Snapshot& snapshot) {
  knowledge_.on(snapshot);
  model_.on(snapshot);
}

// A new program starts with a clean record; what its predecessor looked for is over.
void ErrorReport::on(const Exec& exec) {
  ProcessTrack& mine = process(exec.pid);
  for (auto& [tid, thread] : mine.threads) attribute_message(mine, thread);
  mine.threads.clear();
  mine.reported.clear();
  model_.on(exec);
}

void ErrorReport::on(const TaskExit& exit) {
  if (const auto found = processes_.find(raw(exit.pid)); found != processes_.end()) {
    exit.whole_process ? ended(exit, found->second) : thread_ended(exit, found->second);
  }
  knowledge_.forget(exit.tid);
  model_.on(exit);
}

void ErrorReport::thread_ended(const TaskExit& exit, ProcessTrack& process) {
  const auto thread = process.threads.find(raw(exit.tid));
  if (thread == process.threads.end()) return;
  attribute_message(process, thread->second);
  process.threads.erase(thread);
}

void ErrorReport::ended(const TaskExit& exit, ProcessTrack& process) {
  attribute_end(process, exit.tid, exit.status);
  settle(process);
  if (exit.status != 0) {
    ++totals_.failed_ends;
    if (failed_ends_.size() == end_limit) failed_ends_.pop_front();
    failed_ends_.push_back({exit.pid, std::string(model_.comm(exit.tid)), exit.status, exit.time, std::move(process.last_words)});
  }
  processes_.erase(raw(exit.pid));
  last_pid_ = -1;
  knowledge_.forget(exit.pid);
}

void ErrorReport::finish() {
  for (auto& [pid, process] : processes_) {
    for (auto& [tid, thread] : process.threads) attribute_message(process, thread);
    settle(process);
  }
}

ProcessTrack& ErrorReport::process(Pid pid) {
  if (raw(pid) != last_pid_) {
    last_process_ = &processes_[raw(pid)];
    last_pid_ = raw(pid);
  }
  return *last_process_;
}

// --- failures --------------------------------------------------------------------------------------------------------

void ErrorReport::failed(const Call& call, const CallShape& shape, ProcessTrack& process) {
  const int error = static_cast<int>(-call.result);
  if (groups_.is_answer(call, error)) {
    ErrorGroup& group = groups_.of_any_object({call, shape, model_, knowledge_, process}, error);
    group.add(call.end(), call.tid);
    ++group.handled;
    return;
  }
  const Meeting meeting = meeting_of(call, shape, model_, is_not_now(error));
  if (process.pending.size() >= ProcessTrack::pending_limit) settle(process);
  Pending& item = pending_in(process.pending[meeting.key], meeting.exact, call, shape, error, process);
  item.group->add(call.end(), call.tid);
  if (item.count++ == 0) item.since = call.end();
  item.group->longest_streak = std::max(item.group->longest_streak, item.count);
  item.tid = call.tid;
  item.at = process.calls;
  if (!is_not_now(error)) return remember(*item.group, call.tid, process);
  if (takes_data(shape.deed) && item.count == 1 && process.dry.size() < ProcessTrack::dry_limit) process.dry.push_back(meeting.key);
}

// A message or the end of the process may turn out to be about this failure.
void ErrorReport::remember(ErrorGroup& group, Tid tid, ProcessTrack& process) {
  ThreadTrack& thread = process.threads[raw(tid)];
  // While it writes a message a program may look for translations.
  if (group.routine.kind == Routine::no) attribute_message(process, thread);
  if (thread.recent.size() >= ThreadTrack::recent_limit) thread.recent.pop_front();
  thread.recent.push_back({&group, process.calls});
}

// The item of this failure: one that is there already if an earlier failure on the same object was like it.
Pending& ErrorReport::pending_in(std::vector<Pending>& items, Key exact, const Call& call, const CallShape& shape, int error,
                                 ProcessTrack& process) {
  for (Pending& item : items) {
    if (item.group->error == error && item.nr == call.nr && item.exact == exact) return item;
  }
  ErrorGroup& group = groups_.of_object({call, shape, model_, knowledge_, process}, error);
  if (items.size() >= ProcessTrack::pending_each_limit) {
    settle(items.front());
    items.erase(items.begin());
  }
  return items.emplace_back(Pending{.group = &group, .nr = call.nr, .exact = exact});
}

// --- what follows ----------------------------------------------------------------------------------------------------

void ErrorReport::succeeded(const Call& call, const CallShape& shape, ProcessTrack& process) {
  if (shape.deed == Deed::write || shape.deed == Deed::read) {
    const auto fd = static_cast<std::int32_t>(call.args[0]);
    if (Traffic* traffic = process.traffic_of(fd)) {
      (shape.deed == Deed::write ? traffic->written : traffic->read) += static_cast<std::uint64_t>(call.result);
    }
    if (shape.deed == Deed::write) wrote(call, fd, process);
  }
  if (shape.path >= 0) knowledge_.exists(call, shape, path_at(call, shape.path));
  if (shape.deed == Deed::close) return closed(static_cast<std::int32_t>(call.args[0]), process);
  if (shape.deed == Deed::replace) return closed(static_cast<std::int32_t>(call.args[1]), process);
  if (process.pending.empty()) return;
  switch (shape.deed) {
    case Deed::wait: return waited(process, call.end());
    case Deed::option: return connected(call, process);
    default: break;
  }
  const Meeting meeting = meeting_of(call, shape, model_);
  made_good(meeting.key, meeting.exact, call, shape, process);
  if (shape.second_path >= 0) {
    const std::string_view path = path_at(call, shape.second_path);
    made_good(by_name(path), path_key(call, shape, path, model_), call, shape, process);
  }
}

void ErrorReport::wrote(const Call& call, int fd, ProcessTrack& process) {
  constexpr int stderr_fd = 2;
  if (fd == stderr_fd) return note_message(call, model_, process, process.threads[raw(call.tid)]);
  const auto thread = process.threads.find(raw(call.tid));
  if (thread != process.threads.end()) note_message(call, model_, process, thread->second);
}

// Failures on exactly this object are made good, and searches for its name or service that tried it elsewhere before.
void ErrorReport::made_good(Key key, Key exact, const Call& call, const CallShape& shape, ProcessTrack& process) {
  const auto items = process.pending.find(key);
  if (items == process.pending.end()) return;
  for (Pending& item : items->second) {
    const bool same_call = item.nr == call.nr;
    const bool missing = is_missing(item.group->error);
    const bool same = item.exact == exact && (missing || same_call);
    const bool searched = process.calls - item.at < search_distance && item.group->deed == shape.deed &&
                          (missing || shape.deed == Deed::connect || shape.deed == Deed::run);
    if (same || searched) made_good(item, process, call.end());
  }
}

// How a connection that was in progress turned out: getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome).
void ErrorReport::connected(const Call& call, ProcessTrack& process) {
  constexpr std::uint32_t sol_socket = 1, so_error = 4;  // uapi asm-generic/socket.h
  if (static_cast<std::uint32_t>(call.args[1]) != sol_socket || static_cast<std::uint32_t>(call.args[2]) != so_error) return;
  const auto items = process.pending.find(by_descriptor(static_cast<std::int32_t>(call.args[0]), Deed::connect));
  const auto bytes = text::MemoryImage(call.blocks).output(call.args[3], sizeof(std::int32_t));
  if (items == process.pending.end() || !bytes) return;
  std::int32_t outcome = 0;
  std::memcpy(&outcome, bytes->data(), sizeof outcome);

  for (Pending& item : items->second) {
    if (item.count == 0) continue;
    const Pending started = item;
    made_good(item, process, call.end());
    const auto others = process.pending.find(by_service(started.group->object.name));
    if (outcome == 0 && others != process.pending.end()) {
      for (Pending& other : others->second) {
        if (other.group->deed == Deed::connect) made_good(other, process, call.end());
      }
    }
    if (outcome > 0) return connect_failed(call, started, outcome, process);
  }
}

// A connect that was in progress failed after all: as if it had said so at once.
void ErrorReport::connect_failed(const Call& call, const Pending& started, int error, ProcessTrack& process) {
  const Scene scene{call, shape_of(call.abi, call.nr), model_, knowledge_, process};
  ErrorGroup& group = groups_.of_connect(scene, *started.group, started.exact, error);
  group.add(call.end(), call.tid);
  ++totals_.failures;
  std::vector<Pending>& items = process.pending[by_service(group.object.name)];
  auto item = std::find_if(items.begin(), items.end(), [&](const Pending& other) { return other.group == &group; });
  if (item == items.end()) {
    if (items.size() >= ProcessTrack::pending_each_limit) items.erase(items.begin());
    item = items.insert(items.end(), Pending{.group = &group, .nr = started.nr, .exact = started.exact});
  }
  if (item->count++ == 0) item->since = call.end();
  item->tid = call.tid;
  item->at = process.calls;
  group.longest_streak = std::max(group.longest_streak, item->count);
  remember(group, call.tid, process);
}

// The thread waits for readiness after it read all there was: as it should be.
void ErrorReport::waited(ProcessTrack& process, Nanos now) {
  for (const Key key : process.dry) {
    const auto items = process.pending.find(key);
    if (items == process.pending.end()) continue;
    for (Pending& item : items->second) {
      if (is_not_now(item.group->error)) made_good(item, process, now);
    }
  }
  process.dry.clear();
}

void ErrorReport::closed(std::int64_t fd, ProcessTrack& process) {
  if (Traffic* traffic = process.traffic_of(fd)) *traffic = {};
  if (process.pending.empty()) return;
  for (const Deed deed : {Deed::read, Deed::write, Deed::accept, Deed::connect, Deed::bind}) {
    const auto items = process.pending.find(by_descriptor(fd, deed));
    if (items == process.pending.end()) continue;
    for (Pending& item : items->second) settle(item);
    process.pending.erase(items);
  }
}

void ErrorReport::made_good(Pending& item, ProcessTrack& process, Nanos now) {
  if (item.count == 0) return;
  ErrorGroup& group = *item.group;
  group.handled += item.count;
  group.longest_wait = std::max(group.longest_wait, now - item.since);
  item.count = 0;
  const auto thread = process.threads.find(raw(item.tid));
  if (thread != process.threads.end()) std::erase_if(thread->second.recent, [&](const RecentFailure& f) { return f.group == &group; });
}

// Nothing will follow any more.
void ErrorReport::settle(Pending& item) {
  if (item.count >= keeps_failing) item.group->consequence = std::max(item.group->consequence, Consequence::endures);
  item.count = 0;
}

void ErrorReport::settle(ProcessTrack& process) {
  for (auto& [key, items] : process.pending) {
    for (Pending& item : items) settle(item);
  }
  process.pending.clear();
}

}  // namespace sysreel::errors
