#include "recorder/ptrace/syscall_info.h"

#include <elf.h>
#include <linux/audit.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <algorithm>
#include <tuple>

namespace sysreel {
namespace {

constexpr std::int32_t x32_bit = 0x40000000;  // __X32_SYSCALL_BIT, uapi asm/unistd.h

Abi abi_of(std::uint32_t arch, std::int64_t nr) {
  switch (arch) {
    case AUDIT_ARCH_I386: return Abi::i386;
    case AUDIT_ARCH_AARCH64: return Abi::aarch64;
    default: return nr >= 0 && (nr & x32_bit) != 0 ? Abi::x32 : Abi::x86_64;
  }
}

}  // namespace

std::optional<SyscallStop> read_syscall_info(Tid tid) {
  __ptrace_syscall_info info{};
  if (::ptrace(static_cast<__ptrace_request>(PTRACE_GET_SYSCALL_INFO), raw(tid), sizeof info, &info) <= 0) return std::nullopt;
  SyscallStop stop;
  stop.ip = info.instruction_pointer;
  stop.sp = info.stack_pointer;
  switch (info.op) {
    case PTRACE_SYSCALL_INFO_ENTRY:
    case PTRACE_SYSCALL_INFO_SECCOMP: {
      const bool seccomp = info.op == PTRACE_SYSCALL_INFO_SECCOMP;
      const std::uint64_t nr = seccomp ? info.seccomp.nr : info.entry.nr;
      stop.where = SyscallStop::Where::entry;
      stop.abi = abi_of(info.arch, static_cast<std::int32_t>(nr));
      stop.nr = SyscallNr{static_cast<std::int32_t>(nr)};
      std::copy_n(seccomp ? info.seccomp.args : info.entry.args, 6, stop.args.begin());
      return stop;
    }
    case PTRACE_SYSCALL_INFO_EXIT:
      stop.where = SyscallStop::Where::exit;
      stop.abi = abi_of(info.arch, -1);
      stop.result = info.exit.rval;
      return stop;
    default: return stop;
  }
}

#if defined(__x86_64__)

std::optional<SyscallStop> read_registers(Tid tid) {
  user_regs_struct regs{};
  iovec vector{&regs, sizeof regs};
  if (::ptrace(PTRACE_GETREGSET, raw(tid), NT_PRSTATUS, &vector) != 0) return std::nullopt;
  SyscallStop stop;
  stop.where = SyscallStop::Where::unknown;
  if (vector.iov_len < sizeof regs) {  // the thread runs 32-bit code: 17 words in the order of i386's user_regs_struct
    std::array<std::uint32_t, 17> words{};
    std::copy_n(reinterpret_cast<const std::uint32_t*>(&regs), words.size(), words.begin());
    const auto [bx, cx, dx, si, di, bp, ax] = std::tie(words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
    stop.abi = Abi::i386;
    stop.nr = SyscallNr{static_cast<std::int32_t>(words[11])};
    stop.args = {bx, cx, dx, si, di, bp};
    stop.result = static_cast<std::int32_t>(ax);
    stop.ip = words[12];
    stop.sp = words[15];
    stop.frame = bp;
    return stop;
  }
  stop.abi = abi_of(AUDIT_ARCH_X86_64, static_cast<std::int32_t>(regs.orig_rax));
  stop.nr = SyscallNr{static_cast<std::int32_t>(regs.orig_rax)};
  stop.args = {regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9};
  stop.result = static_cast<std::int64_t>(regs.rax);
  stop.ip = regs.rip;
  stop.sp = regs.rsp;
  stop.frame = regs.rbp;
  return stop;
}

#elif defined(__aarch64__)

// The first argument is lost once the result has taken its register; it shows as the result then.
std::optional<SyscallStop> read_registers(Tid tid) {
  user_regs_struct regs{};
  iovec vector{&regs, sizeof regs};
  if (::ptrace(PTRACE_GETREGSET, raw(tid), NT_PRSTATUS, &vector) != 0) return std::nullopt;
  int number = -1;
  iovec number_vector{&number, sizeof number};
  ::ptrace(PTRACE_GETREGSET, raw(tid), 0x404 /* NT_ARM_SYSTEM_CALL */, &number_vector);
  SyscallStop stop;
  stop.where = SyscallStop::Where::unknown;
  stop.abi = Abi::aarch64;
  stop.nr = SyscallNr{number};
  std::copy_n(regs.regs, 6, stop.args.begin());
  stop.result = static_cast<std::int64_t>(regs.regs[0]);
  stop.ip = regs.pc;
  stop.sp = regs.sp;
  stop.frame = regs.regs[29];
  return stop;
}

#endif

}  // namespace sysreel
