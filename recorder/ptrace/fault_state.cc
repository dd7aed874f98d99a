#include "recorder/ptrace/fault_state.h"

#include <elf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <array>
#include <cstring>

#include "format/fault.h"

namespace sysreel {

bool is_fault(int signo) {
  return signo == SIGILL || signo == SIGTRAP || signo == SIGABRT || signo == SIGBUS || signo == SIGFPE ||
         signo == SIGSEGV || signo == SIGSYS;
}

#if defined(__x86_64__)

std::vector<std::byte> read_fault(Tid tid, const TraceeMemory& memory, bool with_stack_memory) {
  constexpr std::size_t before = 24, around = 64;
  constexpr std::size_t largest_stack = 16 * 1024;
  user_regs_struct regs{};
  iovec vector{&regs, sizeof regs};
  if (::ptrace(PTRACE_GETREGSET, raw(tid), NT_PRSTATUS, &vector) != 0) return {};
  if (vector.iov_len < sizeof regs) return {};  // 32-bit code, whose registers have another layout
  Fault fault;
  // user_regs_struct begins as the kernel's pt_regs does and goes on with segment bases.
  static_assert(sizeof regs >= sizeof fault.registers);
  std::memcpy(fault.registers.data(), &regs, sizeof fault.registers);
  std::array<std::byte, around> code;
  fault.code_address = regs.rip - before;
  std::size_t length = memory.read(fault.code_address, code);
  if (length < before) {
    fault.code_address = regs.rip;
    length = memory.read(regs.rip, std::span(code).first(around - before));
  }
  fault.code = std::span(code).first(length);
  std::vector<std::byte> stack(with_stack_memory ? largest_stack : 0);
  if (with_stack_memory) stack.resize(memory.read(regs.rsp, stack));
  fault.stack_memory = stack;
  return encode_fault(fault);
}

#else

std::vector<std::byte> read_fault(Tid, const TraceeMemory&, bool) {
  return {};
}

#endif

}  // namespace sysreel
