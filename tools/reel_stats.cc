#include "tools/reel_stats.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <thread>

#include "analyzer/stats/call_stats.h"
#include "analyzer/stats/object_stats.h"
#include "format/call_tally.h"
#include "tools/reel_problems.h"

namespace sysreel::tools {

// --- names -----------------------------------------------------------------------------------------------------------------

void TaskNames::note(Tid tid, Nanos since, std::string_view text) {
  Name& name = names_[raw(tid)];
  if (text.empty() || since < name.since) return;
  name = {since, std::string(text)};
}

void TaskNames::on(const Exec& exec) { note(exec.tid, exec.time, exec.path.substr(exec.path.rfind('/') + 1).substr(0, 15)); }

void TaskNames::on(const Snapshot& snapshot) {
  if (snapshot.kind != SnapshotKind::comm) return;
  const std::string_view text(reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size());
  note(snapshot.tid, snapshot.time, text.substr(0, text.find('\n')));
}

void TaskNames::merge(const TaskNames& other) {
  for (const auto& [tid, name] : other.names_) note(Tid{tid}, name.since, name.text);
}

std::string_view TaskNames::name_of(int tid) const {
  const auto found = names_.find(tid);
  return found == names_.end() ? std::string_view() : std::string_view(found->second.text);
}

// --- tallies ---------------------------------------------------------------------------------------------------------------

void Tallies::on(const Snapshot& snapshot) {
  if (snapshot.kind != SnapshotKind::call_tallies || !window_.contains(snapshot.time)) return;
  const std::string_view text(reinterpret_cast<const char*>(snapshot.data.data()), snapshot.data.size());
  auto tallies = parse_tallies(text);
  if (!tallies) {
    if (!mistake_) mistake_ = tallies.error();
    return;
  }
  for (const CallTally& tally : *tallies) table_.of(name_of_call(tally.abi, tally.nr)).add(tally);
}

// --- figures ---------------------------------------------------------------------------------------------------------------

ReelStats::ReelStats(const StatsRequest& request) : request_(request), timeline_(new_timeline()) {}

Timeline ReelStats::new_timeline() const {
  return request_.interval ? Timeline(*request_.interval, Timeline::explicit_limit) : Timeline();
}

Result<void> ReelStats::add(const std::string& file, const ProgramName& name) {
  Result<ReelReader> reader = ReelReader::open(file);
  if (!reader) return reader.error();
  const Header& header = reader->header();
  if (!header.filter.empty()) name.say(file + ": recorded with the filter " + header.filter + ": other calls are not in it");
  if (header.failed_only) name.say(file + ": recorded with -Z: calls that succeeded are not in it");
  if (!header.durations) name.say(file + ": recorded without durations: there are no times");

  if (header.counts_only) name.say(file + ": calls were counted and not recorded: times are estimates, and there are no single calls");

  if (!first_start_) first_start_ = header.started_realtime;
  const Nanos origin = header.started - (header.started_realtime - *first_start_);
  const Window window = request_.window ? request_.window->in(header) : Window();
  const auto add = header.counts_only ? &ReelStats::add_tallies : is_in_columns(request_.by) ? &ReelStats::add_columns : &ReelStats::add_events;
  const Result<void> added = (this->*add)(*reader, window, origin);
  say_problems(*reader, file, name);
  return added;
}

Result<void> ReelStats::add_columns(ReelReader& reader, const Window& window, Nanos origin) {
  struct Part {
    Part(const StatsRequest& request, const Window& window, Timeline empty)
        : timeline(std::move(empty)), stats(request.by, window, request.timeline ? &timeline : nullptr) {}
    Timeline timeline;
    CallStats stats;
    TaskNames names;
    std::uint64_t lost = 0;
  };
  const bool named = request_.by == Grouping::thread || request_.by == Grouping::process;
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  std::deque<Part> parts;
  for (unsigned i = 0; i < threads; ++i) {
    Part& part = parts.emplace_back(request_, window, new_timeline());
    part.timeline.relate(origin);
  }
  const auto visit = [&](ChunkView& chunk, unsigned worker) -> Result<void> {
    Part& part = parts[worker];
    part.lost += chunk.header().lost_calls;
    if (named) {
      if (Result<void> replayed = chunk.replay_others(part.names); !replayed) return replayed;
    }
    return part.stats.add(chunk);
  };
  const ChunkFilter filter{.from = window.from, .to = window.to, .tids = {}, .calls = {}};
  const Result<void> scanned = reader.scan(threads, filter, visit);
  for (const Part& part : parts) {
    table_.merge(part.stats.table());
    names_.merge(part.names);
    timeline_.merge(part.timeline);
    lost_ += part.lost;
  }
  for (const Problem& problem : reader.problems()) lost_ += problem.events;
  return scanned;
}

Result<void> ReelStats::add_tallies(ReelReader& reader, const Window& window, Nanos) {
  if (request_.by != Grouping::syscall || request_.timeline) {
    return Error{ErrorKind::unsupported, "calls were only counted (trace-record --count): there are figures by call, and no others"};
  }
  Tallies tallies(window, table_);
  const Result<void> replayed = reader.replay(tallies);
  lost_ += tallies.lost();
  return replayed && tallies.mistake() ? *tallies.mistake() : replayed;
}

Result<void> ReelStats::add_events(ReelReader& reader, const Window& window, Nanos origin) {
  Timeline timeline = new_timeline();
  timeline.relate(origin);
  ObjectStats stats(request_.by, window, request_.timeline ? &timeline : nullptr);
  const ChunkFilter filter{.from = {INT64_MIN}, .to = window.to, .tids = {}, .calls = {}};
  const Result<void> replayed = reader.replay(stats, filter);
  table_.merge(stats.table());
  timeline_.merge(timeline);
  lost_ += stats.lost();
  return replayed;
}

std::vector<StatsRow> ReelStats::rows() const {
  std::vector<StatsRow> rows = table_.rows();
  if (request_.by != Grouping::thread && request_.by != Grouping::process) return rows;
  for (StatsRow& row : rows) {
    int tid = 0;
    std::from_chars(row.name.data(), row.name.data() + row.name.size(), tid);
    const std::string_view name = names_.name_of(tid);
    if (!name.empty()) row.name.append(" ").append(name);
  }
  return rows;
}

}  // namespace sysreel::tools
