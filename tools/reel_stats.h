// Statistics of reels: the work of trace-stats behind its command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/stats/figure_table.h"
#include "analyzer/stats/grouping.h"
#include "analyzer/stats/timeline.h"
#include "analyzer/window.h"
#include "format/event.h"
#include "format/reel_reader.h"
#include "format/result.h"
#include "tools/program_name.h"
#include "tools/window_option.h"

namespace sysreel::tools {

struct StatsRequest {
  Grouping by = Grouping::syscall;
  std::optional<WindowOption> window{};
  bool timeline = false;
  std::optional<Nanos> interval{};  // of the timeline; unset: what fits a screen
};

// Gathers what threads are called. Names change; the last one holds.
class TaskNames final : public EventSink {
 public:
  using EventSink::on;
  void on(const TaskNew& task) override { note(task.tid, task.time, task.comm); }
  void on(const Exec& exec) override;
  void on(const Snapshot& snapshot) override;
  void merge(const TaskNames& other);

  // Empty if unknown.
  std::string_view name_of(int tid) const;

 private:
  struct Name {
    Nanos since{INT64_MIN};
    std::string text;
  };
  void note(Tid tid, Nanos since, std::string_view text);

  std::unordered_map<int, Name> names_;
};

// Adds up what was counted without being recorded. Borrows the table.
class Tallies final : public EventSink {
 public:
  Tallies(const Window& window, FigureTable& table) : window_(window), table_(table) {}
  using EventSink::on;
  void on(const Snapshot& snapshot) override;
  void on(const Loss& loss) override { lost_ += loss.signals_and_tasks ? 0 : loss.count; }

  std::uint64_t lost() const { return lost_; }
  // The first snapshot that was not what it must be.
  const std::optional<Error>& mistake() const { return mistake_; }

 private:
  const Window window_;
  FigureTable& table_;
  std::uint64_t lost_ = 0;
  std::optional<Error> mistake_;
};

// The figures of one or more reels together. Used by one thread.
class ReelStats {
 public:
  explicit ReelStats(const StatsRequest& request);

  // Adds one reel, its chunks on all CPUs where their columns suffice. Says on stderr what could not be read and what the
  // recording left out. Fails if the reel cannot be opened or read.
  Result<void> add(const std::string& file, const ProgramName& name);

  // Threads and processes with their names, as far as the reels tell them.
  std::vector<StatsRow> rows() const;
  const Timeline& timeline() const { return timeline_; }
  // Calls that happened in the window, as far as is known, and are not in the reels.
  std::uint64_t lost() const { return lost_; }

 private:
  Result<void> add_tallies(ReelReader& reader, const Window& window, Nanos origin);
  Result<void> add_columns(ReelReader& reader, const Window& window, Nanos origin);
  Result<void> add_events(ReelReader& reader, const Window& window, Nanos origin);
  Timeline new_timeline() const;

  StatsRequest request_;
  FigureTable table_;
  TaskNames names_;
  Timeline timeline_;
  std::optional<Nanos> first_start_;  // of the first reel, by wall clock: there the timeline begins
  std::uint64_t lost_ = 0;
};

}  // namespace sysreel::tools
