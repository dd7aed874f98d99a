// Reads what /proc tells about a process, at the start of its recording and after it replaced its program.
#pragma once

#include <set>
#include <string_view>

#include "format/event.h"
#include "recorder/build_ids.h"
#include "recorder/fd_lookup.h"

namespace sysreel {

// Delivers everything a reader may want to know of a process: command line, executable, folders, mappings, status, limits,
// control group and its memory counters, container hints, build-ids, and every open descriptor as an FdFact. Each event bears the time
// at which it was read. What cannot be read is left out.
void take_snapshot(Pid pid, FdLookup& lookup, BuildIds& build_ids, EventSink& sink);

// What a command inherits, read of the child that waits to become it: folders, limits, control group, and descriptors that
// are not close-on-exec. A short command may be gone before anybody can look.
void take_inherited_snapshot(Pid pid, FdLookup& lookup, EventSink& sink);

// What calls change, of a process and those of its threads that are recorded: their names, its folder, mappings, descriptors.
void take_state_snapshot(Pid pid, const std::set<Tid>& threads, FdLookup& lookup, EventSink& sink);

// What an execve changed: command line, executable, mappings.
void take_exec_snapshot(Pid pid, BuildIds& build_ids, EventSink& sink);

// Who a process outside of the recording is: command line and executable.
void take_sender_snapshot(Pid pid, EventSink& sink);

// Delivers a text as it was read now; nothing if it is empty.
void deliver_snapshot(Pid pid, SnapshotKind kind, std::string_view text, EventSink& sink);

}  // namespace sysreel
