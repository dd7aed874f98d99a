// Asks every rule about a reel in one pass: what trace-report --diagnose prints.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/diagnosis/rules.h"
#include "format/abi/syscall_set.h"

namespace sysreel {

// A rule that had nothing to go by, or not everything.
struct RuleLimit {
  std::string_view rule;
  bool silent = false;  // it did not run at all
  std::string reason;
};

// What all rules together have to say of one reel.
struct DiagnosisResult {
  std::vector<Finding> findings = {};  // the most severe first, then the surest, then by time
  std::vector<RuleLimit> limits = {};
  std::uint64_t events = 0;
  std::uint64_t lost_calls = 0;
  std::uint64_t lost_others = 0;       // signals and task events
};

// Shows each rule what it asked for. A call that no rule wants costs a look into a table. Used by one thread.
class Diagnosis final : public Analysis {
 public:
  explicit Diagnosis(std::vector<std::unique_ptr<Rule>> rules = all_rules());

  void begin(const Header& header) override;
  void on(const Call& event) override;
  void on(const Signal& event) override { show(event); }
  void on(const JobStop&) override { ++events_; }
  void on(const TaskNew& event) override { show_and_follow(event); }
  void on(const Exec& event) override { show_and_follow(event); }
  void on(const TaskExit& event) override { show_and_follow(event); }
  void on(const TaskDetach& event) override;
  void on(const FdFact& event) override { show_and_follow(event); }
  void on(const Snapshot& event) override { show_and_follow(event); }
  void on(const ClockSample&) override { ++events_; }
  void on(const Loss& event) override;
  void on(const End& event) override { show(event); }
  void finish() override;

  // Complete after finish().
  const DiagnosisResult& result() const { return result_; }

 private:
  struct Asked {
    Rule* rule;
    abi::SyscallSet calls;
    abi::SyscallSet welcome;
  };
  using Rules = std::vector<Rule*>;

  Scene scene() const { return {header_, model_, EventRef{events_}}; }
  const Rules& rules_for(Abi abi, SyscallNr nr) const;

  template <typename Event>
  void show(const Event& event) {
    ++events_;
    const Scene now = scene();
    for (const Asked& asked : asked_) asked.rule->on(event, now);
  }
  template <typename Event>
  void show_and_follow(const Event& event) {
    show(event);
    model_.on(event);
  }

  std::vector<std::unique_ptr<Rule>> rules_;
  std::vector<Asked> asked_;                         // those that can run on this reel
  std::array<std::vector<Rules>, 4> by_call_;        // by ABI and number
  Rules for_unknown_;                                // numbers beyond the tables
  Header header_;
  Model model_;
  std::uint64_t events_ = 0;
  DiagnosisResult result_;
};

}  // namespace sysreel
