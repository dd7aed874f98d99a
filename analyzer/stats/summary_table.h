// The summary of strace -c and -C: counts calls, times and errors, and prints them as strace does, to the byte.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/model/model.h"
#include "analyzer/text/call_filter.h"
#include "analyzer/text/text_options.h"
#include "format/result.h"

namespace sysreel::stats {

enum class SummaryColumn : std::uint8_t {
  time_percent, total_time, min_time, max_time, avg_time, calls, errors, name, wall_total, wall_min, wall_max, wall_avg
};

struct SummaryOptions {
  std::vector<SummaryColumn> columns = {SummaryColumn::time_percent, SummaryColumn::total_time, SummaryColumn::avg_time,
                                        SummaryColumn::calls,        SummaryColumn::errors,     SummaryColumn::name};
  std::optional<SummaryColumn> sort = SummaryColumn::total_time;  // -S; nothing: the order of the numbers
  Nanos overhead;           // -O: taken off every call
  bool wall_clock = false;  // -w: from entry to exit; else the time on a CPU. The columns wall_… are always from entry to exit
};

// The column that a value of -S means ("none" and "nothing" are no column: see parse_sort), and that of -U.
// Fails with strace's words: "invalid sortby: 'X'"; "unknown column name: 'X'", "call summary column has been provided more than once: …".
Result<std::optional<SummaryColumn>> parse_sort(std::string_view text);
Result<std::vector<SummaryColumn>> parse_columns(std::string_view text);

// Counts the calls that `text` would print.
class SummaryTable final : public Analysis {
 public:
  SummaryTable(SummaryOptions options, const text::TextOptions& text) : options_(std::move(options)), text_(text), filter_(text) {}

  void begin(const Header& header) override { native_ = header.native_abi; }
  using Analysis::on;
  void on(const Call& call) override;
  // What is open under which path, for -P.
  void on(const TaskNew& task) override { model_.on(task); }
  void on(const Exec& exec) override { model_.on(exec); }
  void on(const TaskExit& exit) override { model_.on(exit); }
  void on(const TaskDetach& detach) override { model_.on(detach); }
  void on(const FdFact& fact) override { model_.on(fact); }
  void on(const Snapshot& snapshot) override { model_.on(snapshot); }

  // The limit of --syscall-limit has been reached: nothing more is counted.
  bool done() const { return text_.syscall_limit && counted_ >= *text_.syscall_limit; }

  // The whole text: a table for each ABI that was used, separated by its heading.
  std::string print() const;

 private:
  struct Times {
    Nanos sum;
    Nanos shortest{INT64_MAX};
    Nanos longest;
    void add(Nanos time);
    void add(const Times& more);
    Nanos average(std::uint64_t calls) const { return {sum.value / static_cast<std::int64_t>(calls)}; }
  };
  struct Row {
    std::string name;
    int number = 0;
    std::uint64_t calls = 0;
    std::uint64_t errors = 0;
    Times time;
    Times wall;
  };
  using Rows = std::map<int, Row>;  // by number

  std::vector<Row> sorted(const Rows& rows) const;
  std::string print_table(const Rows& rows) const;

  SummaryOptions options_;
  const text::TextOptions& text_;
  text::CallFilter filter_;
  Model model_;
  std::uint64_t counted_ = 0;
  Abi native_ = Abi::x86_64;
  std::array<Rows, 4> rows_;  // by Abi
};

}  // namespace sysreel::stats
