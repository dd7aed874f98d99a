#include "tools/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/export/quoting.h"
#include "recorder/preflight.h"
#include "tools/exit_status.h"

namespace sysreel::tools {
namespace {

struct Section {
  std::string name;   // "ebpf", "ptrace", "machine", "output", "target 4711"
  bool engine = false;
  std::vector<Finding> findings;

  bool blocked() const { return std::any_of(findings.begin(), findings.end(), [](const Finding& one) { return one.blocks; }); }
};

void print_text(const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    fmt::print("{}{}\n", section.name, section.engine ? (section.blocked() ? " engine: cannot run" : " engine: can run") : ":");
    for (const Finding& finding : section.findings) {
      fmt::print("  {} {}: {}\n", finding.blocks ? "NO " : "   ", finding.subject, finding.fact);
      if (!finding.remedy.empty()) fmt::print("        -> {}\n", finding.remedy);
    }
  }
}

void print_json(const std::vector<Section>& sections) {
  fmt::print("[");
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const Section& section = sections[i];
    fmt::print("{}{{\"name\":{},\"engine\":{},\"ok\":{},\"findings\":[", i ? ",\n " : "", json_quoted(section.name), section.engine, !section.blocked());
    for (std::size_t n = 0; n < section.findings.size(); ++n) {
      const Finding& finding = section.findings[n];
      fmt::print("{}{{\"subject\":{},\"blocks\":{},\"fact\":{},\"remedy\":{}}}", n ? "," : "", json_quoted(finding.subject), finding.blocks,
                 json_quoted(finding.fact), json_quoted(finding.remedy));
    }
    fmt::print("]}}");
  }
  fmt::print("]\n");
}

}  // namespace

int check(const RecordCommand& command) {
  const PreflightView view = PreflightView::here();
  std::vector<Section> sections{{"ebpf", true, preflight_ebpf(view)}, {"ptrace", true, preflight_ptrace(view)}, {"machine", false, preflight_machine(view)}};
  if (!sections.front().blocked()) sections.front().findings.push_back(preflight_programs(command.record));
  const std::size_t slash = command.output.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : command.output.substr(0, slash + 1);
  sections.push_back({"output", false, {preflight_output(folder)}});
  for (const Pid pid : command.targets) sections.push_back({fmt::format("target {}", raw(pid)), false, preflight_target(view, pid)});
  if (command.json) {
    print_json(sections);
  } else {
    print_text(sections);
  }
  const bool an_engine = std::any_of(sections.begin(), sections.end(), [](const Section& one) { return one.engine && !one.blocked(); });
  const bool others = std::none_of(sections.begin(), sections.end(), [](const Section& one) { return !one.engine && one.blocked(); });
  return an_engine && others ? 0 : exit_status(ErrorKind::denied);
}

}  // namespace sysreel::tools
