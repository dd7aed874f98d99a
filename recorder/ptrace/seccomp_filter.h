// The seccomp filter that spares unwanted calls their two stops (--seccomp-bpf).
#pragma once

#include <linux/filter.h>

#include <vector>

#include "recorder/event_source.h"

namespace sysreel {

// A program for seccomp(2) that hands the calls which these options record to the tracer and lets all others pass. Installed
// in a child before its execve; it and all its descendants keep it for life, and without a tracer the calls it picks fail
// with ENOSYS. Calls of another convention than the native one (int 0x80, x32) are judged by their own table.
std::vector<sock_filter> seccomp_filter_for(const RecordOptions& options);

}  // namespace sysreel
