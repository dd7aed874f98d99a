// What a rule of a diagnosis is: it watches the events of a reel go by and says at the end what it has found.
//
// To add one: write a file with its class and its tests, and add a line to rules.cc. GUIDE.md shows how.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/diagnosis/finding.h"
#include "analyzer/model/model.h"
#include "format/event.h"
#include "format/header.h"

namespace sysreel {

// What a rule may ask about the moment of an event. The model stands as it was just before the event.
struct Scene {
  const Header& header;
  const Model& model;
  EventRef event{};  // the event at hand; after the last one, none

  // "redis-server (pid 4711)".
  std::string name(Pid pid) const;
  // The event at hand as evidence, with its line of text.
  Evidence evidence(const Call& call) const;
  Evidence evidence(const Signal& signal) const;
  Evidence evidence(std::string what) const { return {event, std::move(what)}; }
};

// What must have been recorded for a rule to work. From it follows which rules a filtered reel silences, and whose
// findings a loss makes less sure.
struct Needs {
  std::string_view calls = "none";  // as -e trace= takes them; only these are shown to the rule. "all": whatever there is
  std::string_view welcome = "none";  // shown as well, but the rule works without them
  bool durations = false;           // lives on how long calls took
  bool every_call = false;          // a call that was lost can make a finding wrong
  bool every_other = false;         // so can a signal or the birth or end of a task
};

// One kind of trouble. Its memory must not grow with the reel's length: it keeps what lives, and a bounded number of
// cases. Used by one thread; asked for no more than it overrides.
class Rule {
 public:
  virtual ~Rule() = default;
  // Short and stable: "oom-kill". Shown with each finding.
  virtual std::string_view name() const = 0;
  virtual Needs needs() const = 0;

  // Calls that needs() names: those that are hidden or in flight, too.
  virtual void on(const Call&, const Scene&) {}
  virtual void on(const Signal&, const Scene&) {}
  virtual void on(const TaskNew&, const Scene&) {}
  virtual void on(const Exec&, const Scene&) {}
  virtual void on(const TaskExit&, const Scene&) {}
  virtual void on(const FdFact&, const Scene&) {}
  virtual void on(const Snapshot&, const Scene&) {}
  virtual void on(const Loss&, const Scene&) {}
  virtual void on(const End&, const Scene&) {}

  // After the last event: adds what was found. `rule` and what loss means for the confidence are filled in by the caller.
  virtual void finish(const Scene& scene, std::vector<Finding>& findings) = 0;
};

}  // namespace sysreel
