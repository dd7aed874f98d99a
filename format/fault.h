// What a thread's registers and memory were when a signal hit it: the content of Signal::fault. Layout: FORMAT.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/event.h"
#include "format/ids.h"

namespace sysreel {

// Places in Fault::registers on x86_64, in the order of the kernel's struct pt_regs (uapi asm/ptrace.h).
enum class X86Register : std::uint8_t {
  r15,
  r14,
  r13,
  r12,
  bp,
  bx,
  r11,
  r10,
  r9,
  r8,
  ax,
  cx,
  dx,
  si,
  di,
  orig_ax,
  ip,
  cs,
  flags,
  sp,
  ss
};
inline constexpr std::size_t x86_register_count = 21;

// Trap numbers of x86 (kernel asm/trapnr.h).
inline constexpr std::uint32_t x86_trap_divide = 0, x86_trap_general_protection = 13, x86_trap_page_fault = 14;

// Bits of a page fault's error code (kernel asm/trap_pf.h).
inline constexpr std::uint64_t x86_fault_write = 2, x86_fault_fetch = 16;

// The module that an address of Signal::stack lies in.
struct FaultFrame {
  std::array<std::byte, 20> build_id{};  // all zero: not known, and so is the offset
  std::uint64_t offset = 0;              // of the address in the module's file
};

// A signal that is caused by an instruction, or ends a process with a core dump. Spans point into the event.
struct Fault {
  bool trap_known = false;  // the two numbers and the address belong to this signal's cause, or to an earlier one's
  std::uint32_t trap = 0;
  std::uint64_t error_code = 0;
  std::uint64_t address = 0;  // cr2: what the last page fault touched
  std::array<std::uint64_t, x86_register_count> registers{};
  std::uint64_t code_address = 0;    // of the first byte of `code`
  ByteSpan code{};                   // around the instruction pointer; empty: its memory could not be read
  ByteSpan stack_memory{};           // from the stack pointer on; only with --crash-stack
  std::vector<FaultFrame> frames{};  // for the addresses of Signal::stack, in their order; may be fewer

  std::uint64_t at(X86Register which) const { return registers[static_cast<std::size_t>(which)]; }
};

std::vector<std::byte> encode_fault(const Fault& fault);

// Nothing where the bytes are no fault, or one of a machine that this reader does not know.
std::optional<Fault> decode_fault(ByteSpan bytes);

}  // namespace sysreel
