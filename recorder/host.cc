#include "recorder/host.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "recorder/clock.h"
#include "recorder/proc.h"

namespace sysreel {

Header header_of_this_host() {
  Header header;
  header.recorder_version = SYSREEL_VERSION;
  utsname name{};
  ::uname(&name);
  header.host = name.nodename;
  header.kernel = name.release;
  header.machine = name.machine;
  header.boot_id = proc::read_file("/proc/sys/kernel/random/boot_id").value_or("");
  while (header.boot_id.ends_with('\n')) header.boot_id.pop_back();
#if defined(__aarch64__)
  header.native_abi = Abi::aarch64;
#else
  header.native_abi = Abi::x86_64;
#endif
  header.page_size = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
  header.clock_ticks = static_cast<std::uint32_t>(::sysconf(_SC_CLK_TCK));
  header.started = read_clock(CLOCK_MONOTONIC);
  header.started_realtime = read_clock(CLOCK_REALTIME);
  return header;
}

}  // namespace sysreel
