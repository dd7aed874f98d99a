#include "analyzer/overview/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "analyzer/diagnosis/findings_text.h"
#include "analyzer/stats/grouping.h"
#include "analyzer/wall_clock.h"
#include "format/abi/abi.h"

namespace sysreel {
namespace {

constexpr std::size_t rows_shown = 8;
constexpr double nanos_a_second = 1e9;

std::string count_text(std::uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void note_name(std::vector<std::string>& names, std::string_view name, std::size_t limit) {
  if (names.size() < limit && std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
}

std::string status_text(int status, Abi abi) {
  const int signo = status & 0x7f;
  if (signo == 0) return fmt::format("exited with status {}", (status >> 8) & 0xff);
  const char* const name = abi::signal_name(abi, signo);
  return fmt::format("was killed by {}", name ? name : fmt::format("signal {}", signo));
}

std::string reason_text(EndReason reason) {
  constexpr const char* texts[] = {"the recorder did not live to say how it ended",
                                   "it ended by itself",
                                   "the recording was interrupted",
                                   "the time was up",
                                   "the reel had its size",
                                   "the reel had its events",
                                   "the disk was full",
                                   "the reel could not be written",
                                   "the engine failed",
                                   "the reel was full and goes on in the next one",
                                   "the recorder had its memory",
                                   "a trigger of the flight recorder fired",
                                   "the flight recorder was asked to write"};
  const auto index = static_cast<std::size_t>(reason);
  return index < std::size(texts) ? texts[index] : "for a reason that this version does not know";
}

// Entries by a figure, the largest first.
template <typename Map, typename Figure>
auto largest(const Map& map, Figure figure) {
  std::vector<typename Map::const_pointer> entries;
  for (const auto& entry : map) entries.push_back(&entry);
  std::stable_sort(entries.begin(), entries.end(),
                   [&](auto* a, auto* b) { return figure(b->second) < figure(a->second); });
  if (entries.size() > rows_shown) entries.resize(rows_shown);
  return entries;
}

}  // namespace

void Overview::on(const Call& call) {
  if ((call.flags & (call_hidden | call_in_flight)) != 0) return;
  Tally& tally = calls_[{call.abi, call.nr}];
  ++tally.calls;
  if ((call.flags & (call_no_duration | call_start_unknown | call_no_result)) == 0)
    tally.time = tally.time + call.duration;
  last_ = std::max(last_, call.end());
  if (!call.failed()) return;
  ++tally.errors;
  ++errors_[{static_cast<int>(-call.result), {call.abi, call.nr}}];
}

void Overview::on(const TaskNew& task) {
  ++threads_;
  if (raw(task.pid) != raw(task.tid)) return;
  ++processes_;
  if (task.origin == TaskOrigin::launched) launched_ = task.pid;
  if (task.origin == TaskOrigin::attached)
    note_name(attached_, fmt::format("{} (pid {})", task.comm, raw(task.pid)), names_kept);
}

void Overview::on(const Exec& exec) {
  ++execs_;
  note_name(programs_, exec.path, names_kept);
}

void Overview::on(const TaskExit& exit) {
  last_ = std::max(last_, exit.time);
  if (exit.whole_process && raw(launched_) != 0 && exit.pid == launched_) command_status_ = exit.status;
}

void Overview::on(const End& end) {
  last_ = std::max(last_, end.time);
  reason_ = end.reason;
  if (end.command_status != -1) command_status_ = end.command_status;
}

std::string Overview::subject() const {
  if (!header_.command.empty()) return fmt::format("{}", fmt::join(header_.command, " "));
  std::string names = fmt::format("{}", fmt::join(attached_, ", "));
  return names.empty() ? "nothing" : names;
}

std::string Overview::ending() const {
  if (command_status_ != -1) return fmt::format("it {}", status_text(command_status_, header_.native_abi));
  return reason_text(reason_);
}

void Overview::add_top_calls(std::string& out) const {
  const auto rows = largest(calls_, [](const Tally& tally) { return tally.time; });
  if (rows.empty()) return;
  out += "\ncalls by time\n";
  for (const auto* row : rows) {
    fmt::format_to(std::back_inserter(out), "  {:>12.6f} s  {:>10} calls  {:>8} failed  {}\n",
                   static_cast<double>(row->second.time.value) / nanos_a_second, row->second.calls, row->second.errors,
                   name_of_call(row->first.first, row->first.second));
  }
}

void Overview::add_top_errors(std::string& out) const {
  const auto rows = largest(errors_, [](std::uint64_t count) { return count; });
  if (rows.empty()) return;
  out += "\nerrors (trace-report --errors says which of them matter)\n";
  for (const auto* row : rows) {
    const auto& [abi, nr] = row->first.second;
    fmt::format_to(std::back_inserter(out), "  {:>12}  {} of {}\n", row->second, name_of_error(row->first.first),
                   name_of_call(abi, nr));
  }
}

std::string Overview::text(const DiagnosisResult& diagnosis) const {
  std::string out;
  const auto add = std::back_inserter(out);
  const double seconds = static_cast<double>((last_ - header_.started).value) / nanos_a_second;
  fmt::format_to(add, "what       {}\n", subject());
  fmt::format_to(add, "where      {}, Linux {}, recorded by the {} engine\n", header_.host, header_.kernel,
                 header_.engine);
  fmt::format_to(add, "when       {} for {:.3f} s; {}\n", wall_clock(header_.started, header_), std::max(seconds, 0.0),
                 ending());
  fmt::format_to(add, "who        {}, {}, {}\n", count_text(processes_, "process", "processes"),
                 count_text(threads_, "thread", "threads"),
                 count_text(execs_, "program executed", "programs executed"));
  if (execs_ > 1)
    fmt::format_to(add, "programs   {}{}\n", fmt::join(programs_, ", "), programs_.size() == names_kept ? ", ..." : "");
  if (!header_.filter.empty()) fmt::format_to(add, "filter     only {}\n", header_.filter);
  add_top_calls(out);
  add_top_errors(out);
  out += "\n" + findings_headline(diagnosis) + "\n";
  constexpr std::string_view severities[] = {"note", "warning", "error"};
  for (std::size_t i = 0; i < diagnosis.findings.size() && i < rows_shown; ++i) {
    const Finding& finding = diagnosis.findings[i];
    fmt::format_to(add, "  {}: {}\n", severities[static_cast<unsigned>(finding.severity)], finding.sentence);
  }
  if (diagnosis.findings.size() > rows_shown)
    fmt::format_to(add, "  and {} more: trace-report --diagnose\n", diagnosis.findings.size() - rows_shown);
  for (const RuleLimit& limit : diagnosis.limits) {
    if (limit.silent) fmt::format_to(add, "  rule {} could not run: {}\n", limit.rule, limit.reason);
  }
  return out;
}

}  // namespace sysreel
