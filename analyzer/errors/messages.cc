#include "analyzer/errors/messages.h"

#include <fmt/format.h>

#include <algorithm>

#include "format/abi/abi.h"

namespace sysreel::errors {
namespace {

constexpr std::size_t message_limit = 400;
constexpr std::uint64_t near_stderr = 200;  // calls between a failure and the message that is about it
constexpr std::uint64_t near_log = 3;       // logs tell of much else
constexpr std::uint64_t near_end = 100;
constexpr int stderr_fd = 2;
constexpr std::uint32_t o_append = 0x400;   // uapi asm-generic/fcntl.h

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// The message tells the errno by its text (perhaps cut by the recording) or by its number, as many programs do.
bool tells_errno(const Message& message, int error) {
  const std::string_view text = message.text;
  for (const std::string& number : {fmt::format("({}:", error), fmt::format("rrno {}", error), fmt::format("({})", error)}) {
    if (contains(text, number)) return true;
  }
  const char* const meaning = abi::errno_text(error);
  if (!meaning) return false;
  const std::string_view whole = meaning;
  if (contains(text, whole)) return true;
  if (!message.cut) return false;
  constexpr std::size_t enough = 8;
  for (std::size_t length = whole.size() - 1; length >= enough; --length) {
    if (text.ends_with(whole.substr(0, length))) return true;
  }
  return false;
}

bool is_word_part(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool contains_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word_part(text[at - 1])) && (end == text.size() || !is_word_part(text[end]))) return true;
  }
  return false;
}

// The message has the name without dots and extension as a word: "not a git repository" for ".git".
bool hints_at(const Message& message, const FailureObject& object) {
  std::string_view stem = last_component(path_of(object));
  while (stem.starts_with('.')) stem.remove_prefix(1);
  stem = stem.substr(0, stem.find('.'));
  constexpr std::size_t telling = 3;
  return stem.size() >= telling && contains_word(message.text, stem);
}

// "127.0.0.1 port 80" is as good as "127.0.0.1:80". Of a message that is cut the host is enough.
bool names_address(const Message& message, std::string_view address) {
  const std::string_view text = message.text;
  const std::size_t colon = address.rfind(':');
  if (contains(text, address) || colon == std::string_view::npos) return contains(text, address);
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return contains(text, host) && (message.cut || contains(text, address.substr(colon + 1)));
}

// The recording cut the message within `name`: it ends with what `name` begins with.
bool is_cut_within(const Message& message, std::string_view name) {
  constexpr std::size_t telling = 5;
  for (std::size_t length = name.size(); message.cut && length >= telling; --length) {
    if (message.text.ends_with(name.substr(0, length))) return true;
  }
  return false;
}

bool names_object(const Message& message, const FailureObject& object) {
  if (object.kind == ObjectKind::address && path_of(object).empty()) return names_address(message, object.text);
  if (is_cut_within(message, path_of(object))) return true;
  const std::string_view name = last_component(path_of(object));
  constexpr std::size_t shortest = 2, telling = 4;
  return name.size() >= telling ? contains(message.text, name) : name.size() >= shortest && contains_word(message.text, name);
}

// Where a message goes if the descriptor is stderr or a log; empty if it is neither.
std::string message_target(const Call& call, int fd, const Model& model) {
  if (fd == stderr_fd) return "stderr";
  const Descriptor* descriptor = model.descriptor(call.pid, fd);
  if (!descriptor) return {};
  const std::string_view path = descriptor->path;
  const bool appended = descriptor->kind == FdKind::file && (descriptor->open_flags & o_append) != 0;
  return appended || path.ends_with(".log") ? std::string(path) : std::string();
}

// What the call wrote: the buffers of writev are blocks of their own.
void append_text(const Call& call, Message& message) {
  const std::string_view name = abi::row_of(call.abi, call.nr)->name;
  const bool scattered = name == "writev" || name == "pwritev";
  for (const Block& block : call.blocks) {
    if ((block.address == call.args[1]) == scattered) continue;
    message.text.append(reinterpret_cast<const char*>(block.data.data()),
                        std::min(block.data.size(), message_limit - std::min(message_limit, message.text.size())));
    message.cut = block.end != BlockEnd::whole;
  }
}

void report(ErrorGroup& group, Consequence consequence, const Message& message, std::uint64_t at, ProcessTrack& process) {
  process.reported.push_back({&group, at});
  if (consequence < group.consequence) return;
  group.said = message;  // of several as telling the last: programs come to the point at the end
  group.consequence = consequence;
}

// The latest failure within so many calls that a message may be about, though it does not say so; one that it hints at if
// there is any.
const RecentFailure* nearest(const ThreadTrack& thread, std::uint64_t now, std::uint64_t distance, const Message& message) {
  const RecentFailure* latest = nullptr;
  for (auto failure = thread.recent.rbegin(); failure != thread.recent.rend() && failure->at + distance >= now; ++failure) {
    if (failure->at > now || failure->group->routine.kind != Routine::no) continue;
    if (hints_at(message, failure->group->object)) return &*failure;
    if (!latest) latest = &*failure;
  }
  return latest;
}

}  // namespace

Consequence fit(const Message& message, const ErrorGroup& group) {
  if (names_object(message, group.object)) return Consequence::reported_name;
  return tells_errno(message, group.error) ? Consequence::reported_errno : Consequence::none;
}

void attribute_message(ProcessTrack& process, ThreadTrack& thread) {
  if (thread.message_fd < 0) return;
  const Message message = std::move(thread.message);
  const std::uint64_t at = thread.message_at;
  const bool log = thread.message_fd != stderr_fd;
  thread.message = {};
  thread.message_fd = -1;

  if (std::none_of(message.text.begin(), message.text.end(), is_word_part)) return;
  if (!log) process.last_words = message;
  process.reported.clear();
  Consequence best = Consequence::none;
  for (const RecentFailure& failure : thread.recent) {
    if (failure.at <= at) best = std::max(best, fit(message, *failure.group));
  }
  if (best == Consequence::none) {
    const RecentFailure* const near = nearest(thread, at, log ? near_log : near_stderr, message);
    if (near) report(*near->group, Consequence::reported_near, message, at, process);
    return;
  }
  for (auto failure = thread.recent.rbegin(); failure != thread.recent.rend(); ++failure) {
    if (failure->at > at || fit(message, *failure->group) != best) continue;
    report(*failure->group, best, message, at, process);
    if (best == Consequence::reported_errno) return;  // the latest with that errno; a name may have been looked for in many places
  }
}

void note_message(const Call& call, const Model& model, ProcessTrack& process, ThreadTrack& thread) {
  const int fd = static_cast<std::int32_t>(call.args[0]);
  if (fd != stderr_fd && thread.recent.empty()) return;
  if (thread.message_fd >= 0 && thread.message_fd != fd) attribute_message(process, thread);
  if (thread.message_fd < 0) {
    thread.message.to = message_target(call, fd, model);
    if (thread.message.to.empty()) return;
    thread.message_fd = fd;
    thread.message_at = process.calls;
    thread.message.time = call.end();
  }
  append_text(call, thread.message);
  const bool complete = thread.message.cut || thread.message.text.ends_with('\n') || thread.message.text.size() >= message_limit;
  if (complete) attribute_message(process, thread);
}

void attribute_end(ProcessTrack& process, Tid last_thread, int status) {
  constexpr int signal_mask = 0x7f, sigint = 2, sigkill = 9, sigterm = 15;
  const int signal = status & signal_mask;
  if (status == 0 || signal == sigint || signal == sigkill || signal == sigterm) return;
  for (auto& [tid, thread] : process.threads) attribute_message(process, thread);
  for (const RecentFailure& failure : process.reported) failure.group->end_status = status;
  if (!process.reported.empty()) return;
  const auto thread = process.threads.find(raw(last_thread));
  if (thread == process.threads.end()) return;
  const RecentFailure* const near = nearest(thread->second, process.calls, near_end, process.last_words);
  if (!near) return;
  near->group->consequence = std::max(near->group->consequence, Consequence::ended);
  near->group->end_status = status;
}

}  // namespace sysreel::errors
