#include "recorder/redact/redactor.h"

#include <algorithm>

#include "format/fault.h"
#include "recorder/redact/arguments.h"

namespace sysreel {
namespace {

std::string_view text_of(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
ByteSpan bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

// Only one line of a process's snapshots is its user's; the mounts' options are the administrator's.
bool holds_text(SnapshotKind kind) { return kind == SnapshotKind::mountinfo || kind == SnapshotKind::kernel_log; }

}  // namespace

void Redactor::take(const Call& call) {
  last_found_.clear();
  if (call.blocks.empty()) return next_.on(call);
  const CallText::Entry& entry = calls_.of(call);
  if (entry.kind == CallText::Streams::none) return next_.on(call);
  blocks_.clear();
  if (!copies_.empty()) copies_.clear();  // which costs as much as all else here
  switch (entry.kind) {
    case CallText::Streams::none: break;
    case CallText::Streams::words: look_at_words(call); break;
    case CallText::Streams::texts: look_at_texts(call); break;
    case CallText::Streams::bytes:
    case CallText::Streams::vectors:
    case CallText::Streams::message: look_at_streams(call, entry); break;
  }
  if (blocks_.empty()) return next_.on(call);
  Call redacted = call;
  redacted.blocks = blocks_;
  next_.on(redacted);
}

// The words stand in their order, those of the environment behind them; the two vectors and the path are no words.
void Redactor::look_at_words(const Call& call) {
  ArgumentRedactor words(rules_);
  const unsigned first = calls_.of(call).buffer;
  for (std::size_t i = 0; i < call.blocks.size(); ++i) {
    const Block& block = call.blocks[i];
    if (block.address == call.args[first] || block.address == call.args[first + 1]) continue;
    if (block.address == call.args[first - 1]) {
      look_at(call, i);
      continue;
    }
    std::string_view word = text_of(block.data);
    if (word.ends_with('\0')) word.remove_suffix(1);
    spans_ = words.next(word, block.end != BlockEnd::whole);
    overwrite(call, i);
  }
}

void Redactor::look_at_streams(const Call& call, const CallText::Entry& entry) {
  const StreamKey key{call.pid, static_cast<std::int32_t>(call.args[0]), entry.outward};
  for (std::size_t i = 0; i < call.blocks.size(); ++i) {
    const Block& block = call.blocks[i];
    // A call in flight comes again when it ends: the stream has not moved yet.
    if (call.has(call_in_flight) || !CallText::in_stream(call, entry, block)) {
      look_at(call, i);
      continue;
    }
    spans_.clear();
    streams_.next(key, text_of(block.data), block.end != BlockEnd::whole, spans_);
    overwrite(call, i);
  }
}

void Redactor::look_at_texts(const Call& call) {
  for (std::size_t i = 0; i < call.blocks.size(); ++i) look_at(call, i);
}

void Redactor::look_at(const Call& call, std::size_t number) {
  const Block& block = call.blocks[number];
  const std::string_view text = text_of(block.data);
  if (!rules_.suspects(text)) return;
  spans_.clear();
  if (block.end == BlockEnd::whole) {
    rules_.find(text, spans_);
  } else {
    rules_.find_cut(text, spans_);
  }
  overwrite(call, number);
}

// Leaves in spans_ what is not overwritten yet, as it is in a reel that is looked through again. Returns whether any is.
bool Redactor::drop_overwritten(std::string_view text) {
  std::erase_if(spans_, [&](const SecretSpan& span) { return text.substr(span.at, span.length).find_first_not_of('*') == std::string_view::npos; });
  last_found_.insert(last_found_.end(), spans_.begin(), spans_.end());
  return !spans_.empty();
}

void Redactor::overwrite(const Call& call, std::size_t number) {
  if (spans_.empty()) return;
  const std::string_view text = text_of(call.blocks[number].data);
  if (!drop_overwritten(text)) return;
  if (blocks_.empty()) blocks_.assign(call.blocks.begin(), call.blocks.end());
  std::string& copy = copies_.emplace_back(text);
  for (const SecretSpan& span : spans_) mask(copy, span);
  blocks_[number].data = bytes_of(copy);
}

std::string_view Redactor::without_secrets(std::string_view text) {
  last_found_.clear();
  if (!rules_.suspects(text)) return text;
  spans_.clear();
  rules_.find(text, spans_);
  if (!drop_overwritten(text)) return text;
  copies_.clear();
  std::string& copy = copies_.emplace_back(text);
  for (const SecretSpan& span : spans_) mask(copy, span);
  return copy;
}

// The stack of a thread that crashed holds what the program worked on; it is cut where the copy ends.
void Redactor::take(const Signal& event) {
  last_found_.clear();
  const auto fault = decode_fault(event.fault);
  const std::string_view stack = fault ? text_of(fault->stack_memory) : "";
  if (!rules_.suspects(stack)) return next_.on(event);
  spans_.clear();
  rules_.find_cut(stack, spans_);
  if (!drop_overwritten(stack)) return next_.on(event);
  std::string copy(text_of(event.fault));
  const auto begin = static_cast<std::size_t>(fault->stack_memory.data() - event.fault.data());
  for (SecretSpan span : spans_) {
    span.at += begin;
    mask(copy, span);
  }
  Signal redacted = event;
  redacted.fault = bytes_of(copy);
  next_.on(redacted);
}

void Redactor::take(const Exec& event) {
  Exec redacted = event;
  redacted.path = without_secrets(event.path);
  next_.on(redacted);
}

void Redactor::take(const FdFact& event) {
  FdFact redacted = event;
  redacted.path = without_secrets(event.path);
  next_.on(redacted);
}

void Redactor::take(const TaskExit& event) {
  if (event.whole_process) streams_.forget(event.pid);
  next_.on(event);
}

void Redactor::take(const Snapshot& event) {
  last_found_.clear();
  Snapshot redacted = event;
  std::string words;
  if (event.kind == SnapshotKind::command_line) {
    words = text_of(event.data);
    last_found_ = redact_command_line(rules_, words);
    redacted.data = bytes_of(words);
  } else if (holds_text(event.kind)) {
    redacted.data = std::as_bytes(std::span(without_secrets(text_of(event.data))));
  }
  next_.on(redacted);
}

}  // namespace sysreel
