// Failed calls, grouped by errno, call and object, with what followed from them: what trace-report --errors prints.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/errors/error_groups.h"
#include "analyzer/errors/knowledge.h"
#include "analyzer/errors/process_track.h"
#include "analyzer/model/model.h"
#include "format/abi/syscall_set.h"

namespace sysreel::errors {

// How a process ended in failure.
struct FailedEnd {
  Pid pid{};
  std::string comm;
  int status = 0;  // wait status
  Nanos time;
  Message last_words;  // on stderr; empty if there were none
};

// Totals beside the groups.
struct ErrorTotals {
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  std::uint64_t lost = 0;
  std::uint64_t other_lost = 0;   // signals and ends of tasks
  std::uint64_t failed_ends = 0;
  bool filtered = false;
  std::uint32_t string_limit = 0;
};

// Collects failures in one pass and follows each until a success makes it good or a consequence makes it suspect. Memory is
// bounded: beyond group_limit groups, failures on new objects are counted under their errno and call alone, and the report
// says so. Hidden calls do not count.
class ErrorReport final : public Analysis {
 public:
  struct Options {
    abi::SyscallSet calls = abi::SyscallSet::all();  // -e trace=: only these are reported
    std::size_t group_limit = 20000;
  };
  ErrorReport() : ErrorReport(Options()) {}
  explicit ErrorReport(Options options) : options_(std::move(options)), groups_(options_.group_limit) {}

  using EventSink::on;
  void begin(const Header& header) override;
  void on(const Call& call) override;
  void on(const Signal& signal) override { knowledge_.on(signal); }
  void on(const TaskNew& task) override;
  void on(const Exec& exec) override;
  void on(const TaskExit& exit) override;
  void on(const TaskDetach& detach) override { model_.on(detach); }
  void on(const FdFact& fact) override;
  void on(const Snapshot& snapshot) override;
  void on(const Loss& loss) override;
  void finish() override;

  // Complete after finish(). In no particular order: see ranked() in verdict.h.
  std::vector<const ErrorGroup*> groups() const { return groups_.all(); }
  // There were more than group_limit different objects.
  bool merged_objects() const { return groups_.merged_objects(); }
  const ErrorTotals& totals() const { return totals_; }
  // The last few of them, in order.
  const std::deque<FailedEnd>& failed_ends() const { return failed_ends_; }

 private:
  ProcessTrack& process(Pid pid);
  void failed(const Call& call, const CallShape& shape, ProcessTrack& process);
  void succeeded(const Call& call, const CallShape& shape, ProcessTrack& process);
  void remember(ErrorGroup& group, Tid tid, ProcessTrack& process);
  void connected(const Call& call, ProcessTrack& process);
  void connect_failed(const Call& call, const Pending& started, int error, ProcessTrack& process);
  void wrote(const Call& call, int fd, ProcessTrack& process);
  void thread_ended(const TaskExit& exit, ProcessTrack& process);
  void ended(const TaskExit& exit, ProcessTrack& process);
  void closed(std::int64_t fd, ProcessTrack& process);
  void waited(ProcessTrack& process, Nanos now);
  void made_good(Key key, Key exact, const Call& call, const CallShape& shape, ProcessTrack& process);
  void made_good(Pending& item, ProcessTrack& process, Nanos now);
  void settle(Pending& item);
  void settle(ProcessTrack& process);

  Pending& pending_in(std::vector<Pending>& items, Key exact, const Call& call, const CallShape& shape, int error,
                      ProcessTrack& process);

  Options options_;
  Model model_;
  Knowledge knowledge_;
  ErrorGroups groups_;
  std::unordered_map<int, ProcessTrack> processes_;
  int last_pid_ = -1;
  ProcessTrack* last_process_ = nullptr;
  ErrorTotals totals_;
  std::deque<FailedEnd> failed_ends_;
};

}  // namespace sysreel::errors
