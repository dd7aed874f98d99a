// Where a recording goes: one reel, one after the other, or memory that is written down when something happens.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "format/header.h"
#include "recorder/flight_recorder.h"
#include "recorder/flight_trigger.h"
#include "recorder/pump.h"
#include "recorder/resource_guard.h"
#include "tools/record_command.h"
#include "tools/reel_output.h"
#include "tools/reel_series.h"

namespace sysreel::tools {

// Used by one thread, in the order of its functions. Stays where it is: the pump's options point to it.
class RecordOutput {
 public:
  RecordOutput(const RecordCommand& command, std::string name);
  RecordOutput(const RecordOutput&) = delete;
  RecordOutput& operator=(const RecordOutput&) = delete;

  // Before any target is touched: makes the file, so that nothing is recorded that cannot be written.
  Result<void> open();
  // Removes what open() made, if the recording did not begin.
  void take_back() { file_.take_back(); }

  // The first writer, which has written its begin, and what the pump must do about the others.
  Result<ReelWriter> begin(const Header& header, PumpOptions& options);
  // Whose death makes a flight recorder write.
  void watch(std::set<Pid> targets);

  // The name to be said to the user.
  std::string name() const;

 private:
  Result<ReelWriter> next_of_series();
  bool dump_wanted();
  void dump(Nanos now);

  const RecordCommand& command_;
  std::string name_;
  Header header_;
  ReelOutput file_;
  std::optional<ReelSeries> series_;
  std::optional<ResourceGuard> guard_;
  std::optional<FlightRecorder> flight_;
  std::optional<FlightTrigger> trigger_;
  EndReason reason_ = EndReason::triggered;   // of the next dump …
  std::string why_;                          // … in words
  std::map<std::string, Nanos> written_for_;  // reasons for which a flight recorder wrote, and when
};

}  // namespace sysreel::tools
