// Takes the facts that deaths need out of calls, signals and snapshots.
#pragma once

#include <string>
#include <string_view>

#include "analyzer/diagnosis/deaths/death.h"
#include "analyzer/diagnosis/rule.h"
#include "format/event.h"

namespace sysreel::deaths {

// A signal that was generated; a fault or abort that was delivered.
SentSignal sent_signal(const Signal& signal, const Scene& scene);
Crash crash_of(const Signal& signal, const Scene& scene);

// Words of a snapshot whose parts are separated by NULs or blanks: a command line.
std::string command_line_of(const Snapshot& snapshot);

// The table of /proc/PID/limits.
void read_limits(std::string_view table, Limits& limits);

// What setrlimit or prlimit64 set, of the caller itself.
void read_limit_call(const Call& call, std::string_view name, Limits& limits);

// The beginning of what write or writev wrote; what does not print, line ends too, is a blank.
std::string written_text(const Call& call);

// The child that wait4 or waitid brought home dead of a signal; nothing otherwise.
std::optional<ReapedChild> reaped_child(const Call& call, std::string_view name, const Scene& scene);

}  // namespace sysreel::deaths
