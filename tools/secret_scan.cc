#include "tools/secret_scan.h"

#include <fmt/format.h>

#include "format/abi/abi.h"
#include "recorder/redact/arguments.h"
#include "recorder/redact/redactor.h"
#include "recorder/redact/rule_file.h"

namespace sysreel::tools {
namespace {

using Report = std::function<void(const std::string&)>;

class Scan final : public EventSink {
 public:
  Scan(const RedactionRules& rules, Nanos origin, const Report& report) : rules_(rules), redactor_(rules, nothing_), origin_(origin), report_(report) {}

  void on(const Call& call) override {
    redactor_.on(call);
    const auto* const row = abi::row_of(call.abi, call.nr);
    tell(call.start, call.pid, row ? std::string(row->name) : "call without a name");
  }
  void on(const Signal& event) override {
    redactor_.on(event);
    tell(event.time, event.pid, "stack memory of a crash");
  }
  void on(const Exec& event) override {
    redactor_.on(event);
    tell(event.time, event.pid, "path of the program");
  }
  void on(const FdFact& event) override {
    redactor_.on(event);
    tell(event.time, event.pid, fmt::format("name of descriptor {}", event.fd));
  }
  void on(const Snapshot& event) override {
    redactor_.on(event);
    tell(event.time, event.pid, event.kind == SnapshotKind::command_line ? "command line" : "snapshot");
  }
  void on(const TaskExit& event) override { redactor_.on(event); }

  void header(const Header& header) {
    for (std::vector<std::string> words : {header.command, header.options}) {
      for (const SecretSpan& span : redact_words(rules_, words)) tell(span, origin_, Pid{}, "header");
    }
  }

  std::uint64_t found() const { return found_; }

 private:
  void tell(Nanos time, Pid pid, const std::string& where) {
    for (const SecretSpan& span : redactor_.last_found()) tell(span, time, pid, where);
  }
  void tell(const SecretSpan& span, Nanos time, Pid pid, const std::string& where) {
    ++found_;
    report_(fmt::format("{:.6f} pid {} {}: {}, {} bytes", static_cast<double>((time - origin_).value) * 1e-9, raw(pid), where,
                        rules_.id(span.rule), span.length));
  }

  EventSink nothing_;
  const RedactionRules& rules_;
  Redactor redactor_;
  Nanos origin_;
  const Report& report_;
  std::uint64_t found_ = 0;
};

}  // namespace

Result<std::uint64_t> scan_for_secrets(ReelReader& reader, const std::string& rules, const Report& report) {
  std::vector<UserRule> more;
  if (!rules.empty()) {
    auto read = read_rules(rules);
    if (!read) return read.error();
    more = std::move(*read);
  }
  const auto compiled = RedactionRules::with(more);
  if (!compiled) return compiled.error();
  Scan scan(*compiled, reader.header().started, report);
  scan.header(reader.header());
  if (const auto read = reader.replay(scan); !read) return read.error();
  return scan.found();
}

}  // namespace sysreel::tools
