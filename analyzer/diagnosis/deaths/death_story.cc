#include "analyzer/diagnosis/deaths/death_story.h"

#include <fmt/format.h>

#include <map>
#include <tuple>

#include "analyzer/diagnosis/deaths/causes.h"
#include "analyzer/diagnosis/deaths/crash_site.h"
#include "analyzer/diagnosis/deaths/words.h"

namespace sysreel::deaths {
namespace {

std::string end_text(const Death& death, const Inquest& inquest) {
  if (death.signo() != 0) return "died of " + signal_text(death.signo(), inquest);
  return fmt::format("exited with status {}", death.exit_code());
}

Finding finding_of(const Death& death, std::string_view rule, Cause cause, const Inquest& inquest) {
  Finding finding;
  finding.rule = rule;
  finding.severity = cause.severity;
  finding.confidence = cause.confidence;
  finding.pid = death.pid;
  finding.time = death.time;
  finding.sentence = fmt::format("{} {}: {}", death.name, end_text(death, inquest), cause.text);
  if (!death.command_line.empty()) finding.details.push_back("command: " + death.command_line);
  for (std::string& line : cause.details) finding.details.push_back(std::move(line));
  finding.evidence = std::move(cause.evidence);
  if (death.crash && death.crash->signo == death.signo()) {
    for (std::string& line : crash_site(death, inquest)) finding.details.push_back(std::move(line));
    finding.evidence.push_back({death.crash->event, death.crash->line});
  }
  finding.evidence.push_back({death.event, fmt::format("{} {}", death.name, end_text(death, inquest))});
  finding.missing = std::move(cause.missing);
  finding.advice = std::move(cause.advice);
  return finding;
}

}  // namespace

std::vector<Finding> tell_deaths(const Inquest& inquest) {
  std::vector<Finding> findings;
  // One sender that kills many makes one story.
  std::map<std::tuple<std::string_view, int, int>, std::size_t> told;
  std::map<std::size_t, std::size_t> alike;
  for (const Death& death : inquest.deaths) {
    for (const CauseRow& row : all_causes()) {
      auto cause = row.rule(death, inquest);
      if (!cause) continue;
      const SentSignal* const sent = death.signo() != 0 ? death.last_sent(death.signo()) : nullptr;
      if (sent && sent->sender != death.pid && raw(death.oom_mark) == 0) {
        const auto [place, is_new] = told.try_emplace({row.name, death.signo(), raw(sent->sender)}, findings.size());
        if (!is_new) {
          constexpr std::size_t shown = 10;
          if (alike[place->second]++ < shown)
            findings[place->second].evidence.push_back({death.event, "and so " + death.name});
          break;
        }
      }
      findings.push_back(finding_of(death, row.name, *std::move(cause), inquest));
      break;
    }
  }
  for (const auto& [index, count] : alike)
    findings[index].sentence += fmt::format("; {} more process{} died in the same way", count, count == 1 ? "" : "es");
  return findings;
}

}  // namespace sysreel::deaths
