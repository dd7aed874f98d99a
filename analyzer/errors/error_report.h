// Failed calls, grouped by errno, call and target: what trace-report --errors prints.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/errors/failure_target.h"
#include "analyzer/model/model.h"
#include "format/abi/syscall_set.h"

namespace sysreel {

// One line of the report: failures alike.
struct ErrorGroup {
  int error = 0;             // errno, positive
  std::string call;          // name of the system call
  FailureTarget target;
  std::uint64_t count = 0;
  Nanos first;               // ends of the first and last such call, CLOCK_MONOTONIC
  Nanos last;
  std::string example;       // the first one, as a line of text
};

// Collects failures in one pass. Memory is bounded: beyond group_limit groups, failures of new targets are counted
// under their errno and call alone, and the report says so. Hidden calls do not count.
class ErrorReport final : public Analysis {
 public:
  struct Options {
    abi::SyscallSet calls = abi::SyscallSet::all();  // -e trace=: only these count
    std::size_t group_limit = 20000;
  };
  ErrorReport() = default;
  explicit ErrorReport(Options options) : options_(std::move(options)) {}

  using EventSink::on;
  void begin(const Header& header) override;
  void on(const Call& call) override;
  void on(const TaskNew& event) override { model_.on(event); }
  void on(const Exec& event) override { model_.on(event); }
  void on(const TaskExit& event) override { model_.on(event); }
  void on(const TaskDetach& event) override { model_.on(event); }
  void on(const FdFact& event) override { model_.on(event); }
  void on(const Snapshot& event) override { model_.on(event); }
  void on(const Loss& event) override;

  // Most frequent first; equal counts by first occurrence.
  std::vector<const ErrorGroup*> groups() const;

  // The whole report. Times are wall clock of the recorded host, in the reader's time zone.
  std::string text() const;

 private:
  ErrorGroup& group_of(int error, std::string_view call, const FailureTarget& target);

  using Key = std::tuple<int, std::string, std::string>;
  Options options_;
  Header header_;
  Model model_;
  std::map<Key, ErrorGroup> groups_;
  std::uint64_t calls_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t lost_ = 0;
  bool merged_targets_ = false;
  bool filtered_ = false;
};

}  // namespace sysreel
