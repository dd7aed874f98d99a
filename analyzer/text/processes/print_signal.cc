#include "analyzer/text/processes/print_signal.h"

#include <algorithm>
#include <array>
#include <bit>

#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr unsigned first_realtime = 32;
constexpr unsigned last_realtime = 64;
constexpr std::size_t kernel_set_bytes = 8;

// "SIGINT" without its first three letters, or nullptr.
const char* short_name(Abi abi, unsigned signo) {
  const char* name = abi::signal_name(abi, static_cast<int>(signo));
  return name ? name + 3 : nullptr;
}

bool put_realtime(Out& out, unsigned signo) {
  if (signo < first_realtime || signo > last_realtime) return false;
  if (signo == first_realtime) {
    out.put("RTMIN");
  } else {
    out.put("RT_");
    out.decimal(signo - first_realtime);
  }
  return true;
}

bool has_bit(ByteSpan bytes, unsigned bit) { return (std::to_integer<unsigned>(bytes[bit / 8]) >> (bit % 8) & 1) != 0; }

unsigned bits_set(ByteSpan bytes) {
  unsigned count = 0;
  for (const std::byte byte : bytes) count += static_cast<unsigned>(std::popcount(std::to_integer<unsigned>(byte)));
  return count;
}

void print_set_member(CallPrinter& p, unsigned signo) {
  if (p.options.constants == ConstantStyle::raw) return p.out.decimal(signo);
  if (p.options.constants == ConstantStyle::abbrev) return put_short_signal_name(p.out, p.call.abi, signo);
  p.out.decimal(signo);
  p.out.put(" /* ");
  put_short_signal_name(p.out, p.call.abi, signo);
  p.out.put(" */");
}

// SIG_DFL, SIG_IGN, SIG_ERR or the address of a handler.
void print_handler(CallPrinter& p, std::uint64_t handler) {
  if (p.word() == 4) handler = handler == 0xffffffff ? ~std::uint64_t{0} : handler & 0xffffffff;
  if (const char* name = name_of(abi::signal_handlers, handler)) return print_constant(p, handler, name);
  print_address(p.out, handler);
}

std::uint64_t load(ByteSpan bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), std::min<std::size_t>(bytes.size(), sizeof value));
  return value;
}

// The bytes at the stack pointer, which Extent::stack asked for: the only ones of such a call.
ByteSpan captured_stack(const CallPrinter& p) {
  for (const Block& block : p.call.blocks) {
    if (block.phase == Phase::entry) return block.data;
  }
  return {};
}

// Where uc_sigmask lies from the stack pointer of rt_sigreturn (kernel: arch/x86/include/asm/sigframe.h, uapi
// asm/ucontext.h; aarch64: arch/arm64/kernel/signal.c).
unsigned restored_mask_offset(Abi abi) {
  switch (abi) {
    case Abi::x86_64: return 296;
    case Abi::i386: return 248;
    case Abi::x32: return 280;
    case Abi::aarch64: return 168;
  }
  return 0;
}

}  // namespace

void put_short_signal_name(Out& out, Abi abi, unsigned signo) {
  if (const char* name = short_name(abi, signo)) return out.put(name);
  if (!put_realtime(out, signo)) out.decimal(signo);
}

void print_signal_number(CallPrinter& p, int signo) {
  const bool named = signo > 0 && signo <= static_cast<int>(last_realtime);
  if (!named || p.options.constants == ConstantStyle::raw) return p.out.signed_decimal(signo);
  const bool both = p.options.constants == ConstantStyle::verbose;
  if (both) {
    p.out.signed_decimal(signo);
    p.out.put(" /* ");
  }
  p.out.put("SIG");
  put_short_signal_name(p.out, p.call.abi, static_cast<unsigned>(signo));
  if (both) p.out.put(" */");
}

void print_signal_set(CallPrinter& p, ByteSpan bytes) {
  const auto total = static_cast<unsigned>(bytes.size() * 8);
  // A nearly full set is shown by what is missing.
  const bool inverted = bits_set(bytes) >= total * 2 / 3;
  p.out.put(inverted ? "~[" : "[");
  bool first = true;
  for (unsigned bit = 0; bit < total; ++bit) {
    if (has_bit(bytes, bit) == inverted) continue;
    if (!first) p.out.put(' ');
    first = false;
    print_set_member(p, bit + 1);
  }
  p.out.put(']');
}

void print_signal(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_signal_number(p, static_cast<std::int32_t>(value));
}

// A set whose size stands in the count; kernels take nothing but 8 bytes, smaller ones show if they are a whole word.
void print_signal_set(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const std::uint64_t size = type.copy.bounded ? p.count(type.copy.count, value) : p.elements(type, value) * type.copy.unit;
  const bool output = type.copy.flow == abi::Flow::out;  // the call did not fail: the kernel found the size good
  if (size == 0 || size > kernel_set_bytes || (size < p.word() && !output)) return print_address(p.out, value);
  const auto bytes = p.fetch(type.copy.flow, value, static_cast<std::size_t>(size));
  if (!bytes) return print_address(p.out, value);
  print_signal_set(p, *bytes);
}

// The mask itself in the argument or the result: the calls of old.
void print_old_signal_set(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto mask = static_cast<std::uint32_t>(value);
  print_signal_set(p, std::as_bytes(std::span(&mask, 1)));
}

void print_word_signal_set(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto bytes = p.fetch(type.copy.flow, value, p.word());
  if (!bytes) return print_address(p.out, value);
  print_signal_set(p, *bytes);
}

void print_signal_handler(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_handler(p, value); }

// struct kernel_sigaction, whose mask is as long as argument 3 says (kernel: include/linux/signal_types.h).
void print_sigaction(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const unsigned word = p.word();
  const auto bytes = p.fetch(type.copy.flow, value, 3 * word + kernel_set_bytes);
  if (!bytes) return print_address(p.out, value);
  constexpr std::uint64_t sa_restorer = 0x04000000;
  const std::uint64_t handler = load(bytes->subspan(0, word));
  const std::uint64_t sa_flags = load(bytes->subspan(word, word));
  p.out.put("{sa_handler=");
  print_handler(p, handler);
  p.out.put(", sa_mask=");
  print_signal_set(p, bytes->subspan(3 * word, kernel_set_bytes));
  p.out.put(", sa_flags=");
  print_flags(p, abi::sigaction_flags, sa_flags);
  if ((sa_flags & sa_restorer) != 0) {
    p.out.put(", sa_restorer=");
    print_address(p.out, load(bytes->subspan(2 * word, word)));
  }
  p.out.put('}');
}

// struct old_sigaction of i386: handler, mask, flags, restorer, a word each.
void print_old_sigaction(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const unsigned word = p.word();
  const auto bytes = p.fetch(type.copy.flow, value, 4 * word);
  if (!bytes) return print_address(p.out, value);
  constexpr std::uint64_t sa_restorer = 0x04000000;
  const std::uint64_t sa_flags = load(bytes->subspan(2 * word, word));
  p.out.put("{sa_handler=");
  print_handler(p, load(bytes->subspan(0, word)));
  p.out.put(", sa_mask=");
  print_signal_set(p, bytes->subspan(word, word));
  p.out.put(", sa_flags=");
  print_flags(p, abi::sigaction_flags, sa_flags);
  if ((sa_flags & sa_restorer) != 0) {
    p.out.put(", sa_restorer=");
    print_address(p.out, load(bytes->subspan(3 * word, word)));
  }
  p.out.put('}');
}

void print_siginfo(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr std::size_t siginfo_bytes = 128, least = 48;  // what a recorder may leave away is zero anyway
  const MemoryImage::Run run = p.fetch_run(type.copy.flow, value, siginfo_bytes);
  if (run.bytes.size() < (run.faulted ? siginfo_bytes : least)) return print_address(p.out, value);
  print_siginfo_body(p, run.bytes);
}

// The mask that rt_sigreturn restores, out of the signal frame at the stack pointer.
void print_restored_mask(CallPrinter& p, const abi::Type&, std::uint64_t) {
  const unsigned offset = restored_mask_offset(p.call.abi);
  const ByteSpan frame = captured_stack(p);
  if (frame.size() < offset + kernel_set_bytes) return;  // engines without the stack pointer
  p.out.put("{mask=");
  print_signal_set(p, frame.subspan(offset, kernel_set_bytes));
  p.out.put('}');
}

// The same for the frame of old: a word in struct sigcontext, another behind the FPU state (i386 only).
void print_restored_old_mask(CallPrinter& p, const abi::Type&, std::uint64_t) {
  constexpr std::size_t first_word = 80, second_word = 712, word = 4;
  const ByteSpan frame = captured_stack(p);
  if (frame.size() < second_word + word) return;
  std::array<std::byte, 2 * word> mask;
  std::memcpy(mask.data(), frame.data() + first_word, word);
  std::memcpy(mask.data() + word, frame.data() + second_word, word);
  p.out.put("{mask=");
  print_signal_set(p, mask);
  p.out.put('}');
}

// --- results ---------------------------------------------------------------------------------------------------------------

// signal(2) returns the former handler.
void print_result_signal_handler(CallPrinter& p, std::int64_t result) {
  const auto handler = static_cast<std::uint64_t>(result) & (p.word() == 4 ? 0xffffffff : ~std::uint64_t{0});
  p.out.hex(handler);
  if (const char* name = name_of(abi::signal_handlers, handler)) set_comment(p, name);
}

// rt_sigtimedwait(2) returns a signal: 14 (SIGALRM).
void print_result_signal(CallPrinter& p, std::int64_t result) {
  p.out.signed_decimal(result);
  if (result <= 0 || result > static_cast<std::int64_t>(last_realtime)) return;
  p.comment.clear();
  p.comment.put("SIG");
  put_short_signal_name(p.comment, p.call.abi, static_cast<unsigned>(result));
}

// sgetmask(2) returns a set: 0x2 (old mask [INT]).
void print_result_old_signal_set(CallPrinter& p, std::int64_t result) {
  p.out.hex(static_cast<std::uint32_t>(result));
  const std::size_t begin = p.out.size();
  p.out.put("old mask ");
  print_old_signal_set(p, {}, static_cast<std::uint64_t>(result));
  p.comment.clear();
  p.comment.put(p.out.view_from(begin));
  p.out.truncate(begin);
}

}  // namespace sysreel::text
