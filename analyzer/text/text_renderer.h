// Events to lines: the text of `strace -f`, interrupted and resumed lines included.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "analyzer/analysis.h"
#include "analyzer/model/model.h"
#include "analyzer/text/call_filter.h"
#include "analyzer/text/line_leader.h"
#include "analyzer/text/out.h"
#include "analyzer/text/text_options.h"
#include "format/abi/abi.h"

namespace sysreel::text {

// Where text goes.
class TextSink {
 public:
  virtual ~TextSink() = default;
  // Takes a piece of text, perhaps the beginning of a line whose rest comes later. Under TextOptions::split_by_task each
  // piece belongs to one task's file; else `tid` means nothing.
  virtual void write(Tid tid, std::string_view text) = 0;
  // The text of `from` belongs to the file of `to` from here on, and the other way round: a thread that was not the leader
  // has replaced its process's program.
  virtual void exchange(Tid from, Tid to) { static_cast<void>(from), static_cast<void>(to); }
};

// Prints the lines behind a call under -k.
class StackPrinter {
 public:
  virtual ~StackPrinter() = default;
  virtual void print(Out& out, Pid pid, std::span<const std::uint64_t> stack) = 0;
};

// Prints events in the order of their times. A call arrives either as a whole, and prints as one line, or twice: as
// call_in_flight when it begins and complete when it ends (live engines with announce_entries; EntryOrder for reels).
// What is in flight at the end prints as "<unfinished ...>". Owns the history it needs. Used by one thread.
class TextRenderer final : public Analysis {
 public:
  // The options, sink and stack printer (may be nullptr) are borrowed and must outlive the renderer.
  // A `live` renderer hands every piece of text on at once; else it collects some 64 KiB.
  TextRenderer(const TextOptions& options, TextSink& sink, bool live = false, StackPrinter* stacks = nullptr);

  void begin(const Header& header) override;
  void on(const Call& call) override;
  void on(const Signal& signal) override;
  void on(const JobStop& stop) override;
  void on(const TaskNew& task) override;
  void on(const Exec& exec) override;
  void on(const TaskExit& exit) override;
  void on(const TaskDetach& detach) override;
  void on(const FdFact& fact) override;
  void on(const Snapshot& snapshot) override;
  void on(const ClockSample& sample) override;
  void finish() override;

  // The limit of --syscall-limit has been reached: nothing more will print.
  bool done() const { return done_; }
  const Model& model() const { return model_; }
  // Descriptors are asked of the living processes: see Model::ask.
  void ask(LiveState* live) { model_.ask(live); }
  // Hands on what is collected.
  void flush();

 private:
  // A call of a task that has begun and not ended.
  struct Open {
    bool filtered = false;   // it does not show
    bool renamed = false;    // its task got another id meanwhile: always say which call is resumed
    const abi::SyscallRow* row = nullptr;
    Nanos start;
    SyscallNr nr{};
    bool start_unknown = false;
    std::uint64_t column = 0;  // characters of the line so far; 0: no line of it is open
    Out staged;                // under -e status=: the line so far, shown only if the outcome is wanted
    Out stack;                 // the lines of -k, if the stack was known when the call began
  };

  bool staged() const { return options_.status != status_all; }
  Out& target(Open& open) { return staged() ? open.staged : out_; }
  // Begins a line and returns where in `out` it begins: results align by columns of the whole line.
  std::size_t leader(Out& out, Tid tid, Nanos time, const Call* call, std::uint64_t ip = 0);
  void interrupt(Tid tid);
  void end_line(Tid tid, Open& open, Status status);
  void print_unreadable(const Call& call, Tid tid);
  void note_mode(const Call& call, Tid tid);
  void enter(const Call& call, Tid tid, Open& open);
  void leave(const Call& call, Tid tid, Open& open);
  Open& new_open(Tid tid);
  static bool is_same(const Open& open, const Call& call);
  void abandon(Tid tid, Open& open);
  void leave_without_result(Tid tid, Nanos time, Open& open, const Call* call);
  void resume(Tid tid, Nanos time, Open& open, const Call* call);
  void put_stack(Out& out, Pid pid, std::span<const std::uint64_t> stack);
  void pad(Out& out, std::uint64_t column);
  void print_line(Pid pid, Tid tid, Nanos time, std::string_view text);
  void hand_on(Tid tid);

  const TextOptions& options_;
  TextSink& sink_;
  const bool live_;
  StackPrinter* const stacks_;
  Model model_;
  Abi native_ = Abi::x86_64;
  std::unordered_map<int, Abi> modes_;  // by tid: of tasks that do not call by native_
  LineLeader leader_;
  CallFilter filter_;
  Out out_;
  Out comment_;
  Tid printing_{};  // whose unfinished line ends the text; 0: none
  std::unordered_map<int, Open> open_;
  std::unordered_map<int, Open>::node_type spare_;
  Open whole_;  // the call that arrived as a whole
  std::unordered_map<int, Out> last_stacks_;  // by thread: of the call in which it ends, to stand behind that
  std::unordered_map<int, Tid> renamed_;  // by the id a call began under: the id it ends under
  std::uint64_t shown_ = 0;
  bool done_ = false;
};

}  // namespace sysreel::text
