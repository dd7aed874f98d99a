#include "analyzer/diagnosis/findings_text.h"

#include <fmt/format.h>

#include <iterator>

#include "analyzer/wall_clock.h"

namespace sysreel {
namespace {

constexpr std::string_view severities[] = {"note", "warning", "error"};
constexpr std::string_view confidences[] = {"possible", "probable", "certain"};

void add_finding(std::string& out, const Finding& finding, const Header& header) {
  const auto add = std::back_inserter(out);
  fmt::format_to(add, "\n{}, {}: {}\n", severities[static_cast<unsigned>(finding.severity)],
                 confidences[static_cast<unsigned>(finding.confidence)], finding.sentence);
  for (const std::string& line : finding.details) fmt::format_to(add, "    {}\n", line);
  for (const Evidence& evidence : finding.evidence) {
    if (raw(evidence.event) == 0) {
      fmt::format_to(add, "    {}\n", evidence.what);
    } else {
      fmt::format_to(add, "    {:<9} {}\n", fmt::format("#{}", raw(evidence.event)), evidence.what);
    }
  }
  if (!finding.missing.empty()) fmt::format_to(add, "    not known: {}\n", finding.missing);
  if (!finding.advice.empty()) fmt::format_to(add, "    next: {}\n", finding.advice);
  fmt::format_to(add, "    [{}", finding.rule);
  if (finding.time.value != 0) fmt::format_to(add, ", {}", wall_clock(finding.time, header));
  out += "]\n";
}

}  // namespace

std::string findings_headline(const DiagnosisResult& result) {
  std::string out;
  const auto add = std::back_inserter(out);
  if (result.findings.empty()) {
    fmt::format_to(add, "nothing wrong found in {} events", result.events);
  } else {
    fmt::format_to(add, "{} finding{} in {} events", result.findings.size(), result.findings.size() == 1 ? "" : "s", result.events);
  }
  if (result.lost_calls + result.lost_others == 0) return out + "; nothing was lost";
  fmt::format_to(add, "; {} calls and {} other events were lost", result.lost_calls, result.lost_others);
  return out;
}

std::string findings_text(const DiagnosisResult& result, const Header& header) {
  std::string out = findings_headline(result) + "\n";
  for (const Finding& finding : result.findings) add_finding(out, finding, header);
  if (!result.limits.empty()) out += "\n";
  for (const RuleLimit& limit : result.limits) {
    out += fmt::format("rule {} {}: {}\n", limit.rule, limit.silent ? "could not run" : "was half blind", limit.reason);
  }
  if (!result.findings.empty()) out += "\n#N is an event of the reel: trace-report --at N shows it and what came around it\n";
  return out;
}

}  // namespace sysreel
