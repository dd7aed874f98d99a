#include "analyzer/errors/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "analyzer/errors/rules/rule.h"
#include "analyzer/errors/verdict.h"
#include "analyzer/wall_clock.h"
#include "format/abi/abi.h"

namespace sysreel::errors {
namespace {

using Failures = std::vector<RankedFailure>;

std::string counted(std::uint64_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : one.ends_with('s') ? "es" : "s");
}

std::string error_name(int error) {
  const char* name = abi::errno_name(error);
  return name ? name : fmt::format("errno {}", error);
}

std::string end_text(int status, const Header& header) {
  const int signal = status & 0x7f;
  if (signal == 0) return fmt::format("exited with status {}", status >> 8 & 0xff);
  const char* name = abi::signal_name(header.native_abi, signal);
  return fmt::format("died of {}", name ? name : fmt::format("signal {}", signal));
}

std::string name_of(const std::string& comm, Pid pid) {
  return fmt::format("{}[{}]", comm.empty() ? "process" : escaped(comm), raw(pid));
}

// "ENOENT openat "/etc/a" (No such file or directory)".
std::string title_of(const ErrorGroup& group) {
  const char* meaning = abi::errno_text(group.error);
  std::string title = fmt::format("{} {}", error_name(group.error), group.call);
  if (!group.object.text.empty()) title += " " + group.object.text;
  return meaning ? fmt::format("{} ({})", title, meaning) : title;
}

std::string who_and_when(const RankedFailure& failure, const Header& header) {
  const ErrorGroup& group = *failure.group;
  std::string text = name_of(group.comm, group.pid);
  if (raw(group.tid) != raw(group.pid)) text += fmt::format(" thread {}", raw(group.tid));
  if (group.several_threads) text += " and others";
  if (group.count == 1) return fmt::format("{}, once, at {}", text, wall_clock(group.first, header));
  return fmt::format("{}, {} times, first at {}, last at {}", text, group.count, wall_clock(group.first, header),
                     wall_clock(group.last, header));
}

// What followed, as a sentence; empty if nothing did.
std::string consequence_of(const ErrorGroup& group, const Header& header) {
  std::string text;
  if (group.consequence >= Consequence::reported_near) {
    const std::string to = group.said.to == "stderr" ? "stderr" : quoted(group.said.to);
    const bool only_near = group.consequence == Consequence::reported_near;
    text = fmt::format("then wrote to {}{}: {}{}", to, only_near ? " (which does not say that it is about this)" : "",
                       quoted(group.said.text), group.said.cut ? "…" : "");
  } else if (group.consequence == Consequence::none || group.consequence == Consequence::endures) {
    text = reason_of(group);
  }
  if (!group.end_status) return text;
  return text + (text.empty() ? "then " : "; then ") + end_text(*group.end_status, header);
}

// How retries were spaced, where there were some.
std::string retries_of(const ErrorGroup& group) {
  constexpr std::uint64_t enough = 3;
  if (group.count < enough || group.object.kind != ObjectKind::address) return {};
  const bool backs_off = group.last_gap.value > group.first_gap.value + group.first_gap.value / 2;
  return fmt::format("tried {} times, {} apart at first and {} at last: the caller {}", group.count, span_text(group.first_gap),
                     span_text(group.last_gap), backs_off ? "backs off" : "does not back off");
}

void add_places(std::string& out, const RankedFailure& failure) {
  constexpr std::size_t shown = 4;
  out += fmt::format("   also looked for in {}: ", counted(failure.elsewhere.size(), "other place"));
  for (std::size_t i = 0; i < std::min(shown, failure.elsewhere.size()); ++i) {
    out += (i == 0 ? "" : ", ") + failure.elsewhere[i]->object.text;
  }
  out += failure.elsewhere.size() > shown ? ", …\n" : "\n";
}

std::string next_step(const RankedFailure& failure) {
  constexpr std::size_t search = 2;
  if (failure.elsewhere.size() >= search) return "install it in one of the places searched, or correct the list of places (PATH and its like)";
  return rule_for(failure.group->error).next(*failure.group);
}

void add_suspect(std::string& out, std::size_t rank, const RankedFailure& failure, const Header& header) {
  const ErrorGroup& group = *failure.group;
  const auto add = std::back_inserter(out);
  fmt::format_to(add, "\n{}. suspect: {}\n   {}\n", rank, title_of(group), who_and_when(failure, header));
  if (const std::string then = consequence_of(group, header); !then.empty()) fmt::format_to(add, "   {}\n", then);
  if (!failure.elsewhere.empty()) add_places(out, failure);
  if (const std::string retries = retries_of(group); !retries.empty()) fmt::format_to(add, "   - {}\n", retries);
  for (const std::string& fact : group.facts) fmt::format_to(add, "   - {}\n", fact);
  fmt::format_to(add, "   next: {}\n   {}\n", next_step(failure), group.example);
}

// One line a failure.
void add_list(std::string& out, std::string_view heading, const Failures& failures, Verdict verdict, std::size_t limit) {
  std::size_t total = 0, shown = 0;
  for (const RankedFailure& failure : failures) {
    if (failure.verdict != verdict) continue;
    if (total++ == 0) out += fmt::format("\n{}\n", heading);
    if (shown >= limit) continue;
    ++shown;
    const ErrorGroup& group = *failure.group;
    out += fmt::format("{:>8}  {} {}", failure.count, error_name(group.error), group.call);
    if (!group.object.text.empty()) out += " " + group.object.text;
    if (!failure.elsewhere.empty()) out += fmt::format(" and {}", counted(failure.elsewhere.size(), "other place"));
    const bool says_why = verdict != Verdict::unclear || group.handled > 0;
    out += says_why ? fmt::format(": {} [{}]\n", reason_of(group), name_of(group.comm, group.pid))
                    : fmt::format(" [{}]\n", name_of(group.comm, group.pid));
  }
  if (total > shown) out += fmt::format("          … and {} more: -v shows all\n", total - shown);
}

std::size_t count_of(const Failures& failures, Verdict verdict) {
  return static_cast<std::size_t>(std::count_if(failures.begin(), failures.end(), [&](const auto& f) { return f.verdict == verdict; }));
}

void add_ends(std::string& out, const ErrorReport& report, const Header& header) {
  const auto& ends = report.failed_ends();
  if (report.totals().failed_ends > ends.size()) {
    out += fmt::format("{} ended in failure, at last these:\n", counted(report.totals().failed_ends, "process"));
  }
  for (const FailedEnd& end : ends) {
    out += fmt::format("{} {} at {}", name_of(end.comm, end.pid), end_text(end.status, header), wall_clock(end.time, header));
    if (!end.last_words.text.empty()) {
      out += fmt::format(", saying {}{}", quoted(end.last_words.text), end.last_words.cut ? "…" : "");
    }
    out += '\n';
  }
}

void add_circumstances(std::string& out, const ErrorReport& report, const Failures& failures, const Header& header) {
  const ErrorTotals& totals = report.totals();
  if (totals.lost) out += fmt::format("{} calls happened and were lost: failures and successes among them are not known\n", totals.lost);
  if (totals.other_lost) out += fmt::format("{} signals or ends of tasks were lost: consequences may be missing\n", totals.other_lost);
  if (totals.filtered) out += "recorded with a filter: other calls, and what would have made failures good, are not in the reel\n";
  if (report.merged_objects()) out += "too many different objects failed: the rest is shown as (other objects)\n";
  constexpr std::uint32_t whole_messages = 128;
  const bool cut = std::any_of(failures.begin(), failures.end(), [](const auto& f) { return f.group->said.cut; });
  if (cut && totals.string_limit < whole_messages) {
    out += fmt::format("messages are cut at {} bytes: recorded with -s 256 they tell more\n", totals.string_limit);
  }
  add_ends(out, report, header);
}

}  // namespace

std::string report_text(const ErrorReport& report, const Header& header, const ReportLimits& limits) {
  const ErrorTotals& totals = report.totals();
  const Failures failures = ranked(report.groups());
  const std::size_t suspects = count_of(failures, Verdict::suspect);
  std::string out;
  if (failures.empty()) {
    out = fmt::format("no call failed: {} calls, {} lost\n", totals.calls, totals.lost);
  } else {
    out = fmt::format("{} of {} calls failed: {}, {} unclear, {} handled\n", totals.failures, totals.calls, counted(suspects, "suspect"),
                      count_of(failures, Verdict::unclear), count_of(failures, Verdict::handled));
  }
  add_circumstances(out, report, failures, header);
  for (std::size_t i = 0; i < std::min(suspects, limits.suspects); ++i) add_suspect(out, i + 1, failures[i], header);
  if (suspects > limits.suspects) out += fmt::format("\n… and {}: -v shows all\n", counted(suspects - limits.suspects, "more suspect"));
  add_list(out, "unclear: never made good, and nothing was seen to follow", failures, Verdict::unclear, limits.unclear);
  add_list(out, "handled: made good, or part of normal work", failures, Verdict::handled, limits.handled);
  return out;
}

}  // namespace sysreel::errors
