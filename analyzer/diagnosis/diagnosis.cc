#include "analyzer/diagnosis/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "analyzer/diagnosis/coverage.h"
#include "format/abi/abi.h"

namespace sysreel {
namespace {

void add_missing(Finding& finding, const std::string& what) {
  if (!finding.missing.empty()) finding.missing += "; ";
  finding.missing += what;
}

// What was lost speaks against every conclusion that rests on having seen everything.
void weigh_losses(Finding& finding, const Needs& needs, const DiagnosisResult& result) {
  const bool calls = needs.every_call && result.lost_calls > 0;
  const bool others = needs.every_other && result.lost_others > 0;
  if (!calls && !others) return;
  finding.confidence = lowered(finding.confidence);
  if (calls) add_missing(finding, fmt::format("{} calls were lost", result.lost_calls));
  if (others) add_missing(finding, fmt::format("{} signals or task events were lost", result.lost_others));
}

bool shown_before(const Finding& a, const Finding& b) {
  return std::tuple(b.severity, b.confidence, a.time) < std::tuple(a.severity, a.confidence, b.time);
}

}  // namespace

Diagnosis::Diagnosis(std::vector<std::unique_ptr<Rule>> rules) : rules_(std::move(rules)) {}

void Diagnosis::begin(const Header& header) {
  header_ = header;
  for (const auto& rule : rules_) {
    const Needs needs = rule->needs();
    if (std::string why = obstacle(needs, header); !why.empty()) {
      result_.limits.push_back({rule->name(), true, std::move(why)});
      continue;
    }
    if (std::string what = blind_spot(needs, header); !what.empty()) {
      result_.limits.push_back({rule->name(), false, std::move(what)});
    }
    const auto calls = abi::parse_syscall_set(needs.calls);
    const auto welcome = abi::parse_syscall_set(needs.welcome);
    asked_.push_back({rule.get(), calls ? *calls : abi::SyscallSet::none(), welcome ? *welcome : abi::SyscallSet::none()});
  }
  for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32, Abi::aarch64}) {
    auto& table = by_call_[static_cast<unsigned>(abi)];
    table.resize(abi::table_size(abi));
    for (std::size_t number = 0; number < table.size(); ++number) {
      for (const Asked& asked : asked_) {
        const SyscallNr nr{static_cast<std::int32_t>(number)};
        if (asked.calls.has(abi, nr) || asked.welcome.has(abi, nr)) table[number].push_back(asked.rule);
      }
    }
  }
  for (const Asked& asked : asked_) {
    if (asked.calls.others) for_unknown_.push_back(asked.rule);
  }
}

const Diagnosis::Rules& Diagnosis::rules_for(Abi abi, SyscallNr nr) const {
  constexpr int x32_bit = 0x40000000;  // uapi asm/unistd.h
  const auto& table = by_call_[static_cast<unsigned>(abi)];
  const auto number = static_cast<std::size_t>(abi == Abi::x32 && raw(nr) > 0 ? raw(nr) & ~x32_bit : raw(nr));
  return number < table.size() ? table[number] : for_unknown_;
}

void Diagnosis::on(const Call& event) {
  ++events_;
  const Rules& wanted = rules_for(event.abi, event.nr);
  if (!wanted.empty()) {
    const Scene now = scene();
    for (Rule* const rule : wanted) rule->on(event, now);
  }
  model_.on(event);
}

void Diagnosis::on(const TaskDetach& event) {
  ++events_;
  model_.on(event);
}

void Diagnosis::on(const Loss& event) {
  show(event);
  (event.signals_and_tasks ? result_.lost_others : result_.lost_calls) += event.count;
}

void Diagnosis::finish() {
  const Scene end{header_, model_, EventRef{}};
  result_.events = events_;
  for (const Asked& asked : asked_) {
    std::vector<Finding> found;
    asked.rule->finish(end, found);
    for (Finding& finding : found) {
      if (finding.rule.empty()) finding.rule = asked.rule->name();
      weigh_losses(finding, asked.rule->needs(), result_);
      result_.findings.push_back(std::move(finding));
    }
  }
  std::stable_sort(result_.findings.begin(), result_.findings.end(), shown_before);
}

}  // namespace sysreel
