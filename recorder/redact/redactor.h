// Takes secrets out of events on their way from the engine to the reel.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "format/every_event.h"
#include "recorder/redact/call_text.h"
#include "recorder/redact/rules.h"
#include "recorder/redact/stream_memory.h"

namespace sysreel {

// Hands every event on to `next`, with the bytes of secrets overwritten; lengths stay what they were. What it hands on is
// valid until it takes the next event. Owns neither rules nor sink. Used by one thread.
//
// A call's memory is looked at block by block. Words of a command line and of an environment are looked at in their order;
// what a descriptor reads or writes is a stream, in which a secret may go on from one call to the next.
class Redactor final : public EveryEvent<Redactor> {
 public:
  Redactor(const RedactionRules& rules, EventSink& next) : rules_(rules), next_(next), streams_(rules) {}

  template <typename Event>
  void take(const Event& event) {
    next_.on(event);
  }
  void take(const Call& call);
  void take(const Signal& event);
  void take(const Exec& event);
  void take(const TaskExit& event);
  void take(const FdFact& event);
  void take(const Snapshot& event);

  // What was overwritten in the last event that has memory of the tracee.
  const std::vector<SecretSpan>& last_found() const { return last_found_; }

 private:
  void look_at_words(const Call& call);
  void look_at_streams(const Call& call, const CallText::Entry& entry);
  void look_at_texts(const Call& call);
  void look_at(const Call& call, std::size_t number);
  void overwrite(const Call& call, std::size_t number);
  bool drop_overwritten(std::string_view text);
  std::string_view without_secrets(std::string_view text);

  const RedactionRules& rules_;
  EventSink& next_;
  CallText calls_;
  StreamMemory streams_;
  std::vector<SecretSpan> last_found_;

  // Of the event in work.
  std::vector<SecretSpan> spans_;
  std::vector<Block> blocks_;          // filled only if a block changed
  std::deque<std::string> copies_;
};

}  // namespace sysreel
