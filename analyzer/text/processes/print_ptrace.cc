// ptrace(2): offsets in struct user, register sets, and what a stopped thread tells. uapi linux/ptrace.h.
#include "analyzer/text/network/network.h"
#include "analyzer/text/processes/print_remark.h"
#include "analyzer/text/processes/print_signal.h"
#include "format/abi/flags.h"
#include "format/abi/layout.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::uint8_t info_entry = 1, info_exit = 2, info_seccomp = 3;

// Reads fields of struct ptrace_syscall_info that lie within the size the kernel reported.
class SyscallInfo {
 public:
  explicit SyscallInfo(ByteSpan bytes) : bytes_(bytes) {}
  bool has(std::size_t end) const { return end <= bytes_.size(); }
  template <typename T>
  T at(std::size_t offset) const {
    T value{};
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

 private:
  ByteSpan bytes_;
};

void put_name(CallPrinter& p, std::string_view name) {
  p.out.put(", ");
  p.out.put(name);
  p.out.put('=');
}

void put_entry(CallPrinter& p, const SyscallInfo& info, bool seccomp) {
  constexpr std::size_t nr = 24, args = 32, ret_data = 80;
  if (!info.has(nr + 8)) return;
  p.out.put(seccomp ? ", seccomp={nr=" : ", entry={nr=");
  const auto number = info.at<std::uint64_t>(nr);
  print(p, abi::value(abi::Kind::syscall_number), number);
  for (unsigned i = 0; i < 6 && info.has(args + 8 * i + 8); ++i) {
    if (i == 0) p.out.put(", args=[");
    else p.out.put(", ");
    p.out.hex(info.at<std::uint64_t>(args + 8 * i));
    if (i == 5 || !info.has(args + 8 * (i + 1) + 8)) p.out.put(']');
  }
  if (seccomp && info.has(ret_data + 4)) {
    put_name(p, "ret_data");
    print_one_of(p, abi::seccomp_actions, info.at<std::uint32_t>(ret_data));
  }
  p.out.put('}');
}

void put_exit(CallPrinter& p, const SyscallInfo& info) {
  constexpr std::size_t rval = 24, is_error = 32;
  if (!info.has(rval + 8)) return;
  const bool failed = info.has(is_error + 1) && info.at<std::uint8_t>(is_error) != 0;
  const auto result = info.at<std::int64_t>(rval);
  p.out.put(", exit={rval=");
  if (failed) {
    print(p, abi::value(abi::Kind::negative_errno), static_cast<std::uint64_t>(result));
  } else {
    p.out.signed_decimal(result);
  }
  if (info.has(is_error + 1)) {
    put_name(p, "is_error");
    p.out.decimal(info.at<std::uint8_t>(is_error));
  }
  p.out.put('}');
}

}  // namespace

void print_syscall_number(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const ConstantStyle style = p.options.constants;
  const bool possible = value < 0xffffffff && style != ConstantStyle::raw;
  const abi::SyscallRow* row = possible ? abi::row_of(p.call.abi, SyscallNr{static_cast<std::int32_t>(value)}) : nullptr;
  if (!row) return p.out.decimal(value);
  const std::string name = std::string("__NR_").append(row->name);
  if (style == ConstantStyle::abbrev) return p.out.put(name);
  p.out.decimal(value);
  print_note(p, name);
}

void print_negative_errno(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto result = static_cast<std::int64_t>(value);
  const char* error = result < 0 && result > -4096 ? abi::errno_name(static_cast<int>(-result)) : nullptr;
  const ConstantStyle style = p.options.constants;
  if (!error || style == ConstantStyle::raw) return p.out.signed_decimal(result);
  const std::string name = std::string("-") + error;
  if (style == ConstantStyle::abbrev) return p.out.put(name);
  p.out.signed_decimal(result);
  print_note(p, name);
}

void print_ptrace_user_offset(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const abi::Names& names = p.call.abi == Abi::i386 ? abi::user_offsets_i386 : abi::user_offsets_x86_64;
  const bool known = p.call.abi != Abi::aarch64;
  if (const char* name = known ? name_of(names, value) : nullptr) return print_constant(p, value, name);
  print_address(p.out, value);
}

void print_ptrace_siginfos(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr unsigned size = 128;
  print_array(p, type.copy.flow, value, p.elements(type, value), size,
              [&](std::uint64_t, ByteSpan bytes) { print_siginfo_body(p, bytes); });
}

namespace {

constexpr std::uint64_t nt_prstatus = 1, nt_fpregset = 2;

// The layout of a register set and the unit in which the kernel copies it; none where the set is not shown.
struct RegisterSet {
  const abi::Struct* layout = nullptr;
  unsigned unit = 8;
};

RegisterSet register_set(const CallPrinter& p, std::uint64_t type) {
  if (p.call.abi == Abi::aarch64) return {};
  const bool narrow = p.call.abi == Abi::i386;
  const unsigned unit = narrow ? 4 : 8;
  if (type == nt_prstatus) return {narrow ? &abi::user_regs_i386_layout : &abi::user_regs_x86_64_layout, unit};
  if (type == nt_fpregset) return {narrow ? &abi::user_fpregs_i386_layout : &abi::user_fpregs_x86_64_layout, unit};
  return {};
}

// One register, or as many elements of an array of them as `bytes` hold.
void print_register(CallPrinter& p, const abi::Field& field, unsigned size, ByteSpan bytes) {
  if (field.length == 1) return p.out.hex(load_number(bytes.first(size), field.ctype));
  p.out.put('[');
  for (std::size_t at = 0; at + size <= bytes.size() && at < std::size_t{size} * field.length; at += size) {
    if (at != 0) p.out.put(", ");
    p.out.hex(load_number(bytes.subspan(at, size), field.ctype));
  }
  p.out.put(']');
}

// As many registers as `size` bytes hold; "..." for what is more than there are.
void print_registers(CallPrinter& p, RegisterSet set, abi::Flow flow, std::uint64_t address, std::uint64_t size) {
  // The kernel refuses a part of a register.
  if (!set.layout || address == 0 || size == 0 || size % set.unit != 0) return print_address(p.out, address);
  const std::uint64_t known = abi::size_of(*set.layout, p.call.abi);
  const auto bytes = p.fetch(flow, address, static_cast<std::size_t>(std::min(size, known)));
  if (!bytes) return print_address(p.out, address);
  Braces registers(p);
  for (unsigned i = 0; i < set.layout->fields.size(); ++i) {
    const abi::Field& field = set.layout->fields[i];
    const unsigned offset = abi::offset_of(*set.layout, i, p.call.abi), width = abi::size_of(field.ctype, p.call.abi, nullptr);
    if (offset + width > bytes->size()) break;
    registers.name(field.name);
    print_register(p, field, width, bytes->subspan(offset));
  }
  if (size <= known) return;
  registers.next();
  p.out.put("...");
}

}  // namespace

void print_user_registers(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_registers(p, register_set(p, nt_prstatus), type.copy.flow, value, p.elements(type, value));
}

void print_fp_registers(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const RegisterSet set = register_set(p, nt_fpregset);
  const std::uint64_t size = set.layout ? abi::size_of(*set.layout, p.call.abi) : 0;
  print_registers(p, set, type.copy.flow, value, size);
}

// The vector that the kernel shortens to what the thread has: {iov_base={…}, iov_len=336 => 216}.
void print_ptrace_regset(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto base = p.fetch_word(abi::Flow::in, value);
  const auto length = p.fetch_word(abi::Flow::in, value + p.word());
  if (!base || !length) return print_address(p.out, value);
  constexpr std::uint64_t getregset = 0x4204;
  const bool gets = p.call.args[0] == getregset;
  const auto filled = p.failed() ? length : p.fetch_word(abi::Flow::out, value + p.word());
  p.out.put("{iov_base=");
  if (gets && p.failed()) {
    print_address(p.out, *base);
  } else {
    print_registers(p, register_set(p, p.call.args[2]), gets ? abi::Flow::out : abi::Flow::in, *base,
                    gets ? filled.value_or(*length) : *length);
  }
  p.out.put(", iov_len=");
  p.out.decimal(*length);
  if (filled && *filled != *length) {
    p.out.put(" => ");
    p.out.decimal(*filled);
  }
  p.out.put('}');
}

void print_ptrace_syscall_info(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const bool output = type.copy.flow == abi::Flow::out;
  const std::uint64_t size = output ? std::min<std::uint64_t>(p.call.args[2], static_cast<std::uint64_t>(std::max<std::int64_t>(p.call.result, 0)))
                                    : p.call.args[2];
  constexpr std::uint64_t largest = 88;
  const auto bytes = p.fetch(type.copy.flow, value, static_cast<std::size_t>(std::min(size, largest)));
  if (!bytes || size == 0) return print_address(p.out, value);
  const SyscallInfo info(*bytes);
  const auto op = info.at<std::uint8_t>(0);
  p.out.put("{op=");
  print_one_of(p, abi::syscall_info_ops, op);
  if (info.has(8)) {
    put_name(p, "arch");
    print_one_of(p, abi::audit_arches, info.at<std::uint32_t>(4));
  }
  if (info.has(16)) {
    put_name(p, "instruction_pointer");
    print_address(p.out, info.at<std::uint64_t>(8));
  }
  if (info.has(24)) {
    put_name(p, "stack_pointer");
    print_address(p.out, info.at<std::uint64_t>(16));
  }
  if (op == info_entry) put_entry(p, info, false);
  if (op == info_seccomp) put_entry(p, info, true);
  if (op == info_exit) put_exit(p, info);
  p.out.put('}');
}

// The program reads the filter's number and gets its flags.
void print_seccomp_metadata(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t filter_off_size = 8;
  if (value == 0 || !p.verbose() || p.call.args[2] < filter_off_size) return print_address(p.out, value);
  const auto filter = p.fetch<std::uint64_t>(abi::Flow::in, value);
  if (!filter) return print_address(p.out, value);
  p.out.put("{filter_off=");
  p.out.decimal(*filter);
  const auto flags = p.failed() ? std::nullopt : p.fetch<std::uint64_t>(abi::Flow::out, value + 8);
  if (flags && type.copy.flow == abi::Flow::inout && p.call.result > 8) {
    put_name(p, "flags");
    print_flags(p, abi::seccomp_filter_flags, *flags);
  }
  p.out.put('}');
}

}  // namespace sysreel::text
