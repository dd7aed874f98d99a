// What a thread in a system call stop is doing: number, arguments, result.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "format/ids.h"

namespace sysreel {

struct SyscallStop {
  enum class Where : std::uint8_t {
    outside,  // not in a system call stop
    entry,    // nr and args hold
    exit,     // result holds
    unknown   // the kernel cannot tell (before 5.3): nr, args and result hold as far as the registers show them
  };
  Where where = Where::outside;
  Abi abi = Abi::x86_64;
  SyscallNr nr{-1};
  std::array<std::uint64_t, 6> args{};
  std::int64_t result = 0;
  std::uint64_t ip = 0;
  std::uint64_t sp = 0;
  std::uint64_t frame = 0;  // frame pointer; only read_registers knows it
};

// By PTRACE_GET_SYSCALL_INFO (Linux 5.3). Nothing if the thread is gone, or if the kernel lacks the request (EIO).
std::optional<SyscallStop> read_syscall_info(Tid tid);

// By the registers (PTRACE_GETREGSET); `where` is unknown. In any stop. Nothing if the thread is gone.
std::optional<SyscallStop> read_registers(Tid tid);

}  // namespace sysreel
