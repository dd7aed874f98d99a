#include "recorder/clock.h"

#include <sstream>
#include <string>

#include "recorder/proc.h"

namespace sysreel {
namespace {

// "monotonic  SECONDS  NANOSECONDS" and a line for another clock. The file tells the namespace of children to come, which is that
// of this process but for one that has just called unshare(2).
Nanos read_offset() {
  if (proc::read_link("/proc/self/ns/time") != proc::read_link("/proc/self/ns/time_for_children")) return {};
  std::istringstream lines(proc::read_file("/proc/self/timens_offsets").value_or(""));
  std::string clock;
  std::int64_t seconds = 0, nanoseconds = 0;
  while (lines >> clock >> seconds >> nanoseconds) {
    if (clock == "monotonic") return {seconds * 1'000'000'000 + nanoseconds};
  }
  return {};
}

}  // namespace

Nanos time_namespace_offset() {
  static const Nanos offset = read_offset();
  return offset;
}

}  // namespace sysreel
