// The line that shows how a recording stands, and the one that says how it ended.
#pragma once

#include <string>

#include "recorder/pump.h"

namespace sysreel::tools {

// "12.3 s  45,678 events  3,712/s  1.2 MiB  lost 0"
std::string progress_text(const Progress& progress);

// "45,678 events in 12.3 s, 1.2 MiB in 'ls.reel', nothing lost"
std::string outcome_text(const PumpOutcome& outcome, Nanos elapsed, const std::string& name);

// Keeps the line on a terminal up to date. Nothing is shown in the first second, nor where stderr is no terminal.
class StatusLine {
 public:
  explicit StatusLine(bool wanted);
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  void show(const Progress& progress);
  void clear();

 private:
  bool enabled_;
  bool shown_ = false;
};

}  // namespace sysreel::tools
