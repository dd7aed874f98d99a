// siginfo_t, for every si_code. Layout: uapi asm-generic/siginfo.h; the union begins at its alignment, behind three ints.
#include <array>

#include "analyzer/text/files/print_descriptor.h"
#include "analyzer/text/processes/print_ids.h"
#include "analyzer/text/processes/print_signal.h"
#include "analyzer/text/processes/print_times.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

// Signals whose si_code and fields are their own.
constexpr int sig_ill = 4, sig_trap = 5, sig_bus = 7, sig_fpe = 8, sig_segv = 11, sig_chld = 17, sig_io = 29, sig_sys = 31;

// si_code of every signal that a process sent, and of some.
constexpr int si_user = 0, si_timer = -2, si_sigio = -5, si_tkill = -6;
constexpr int bus_mceerr_ar = 4, bus_mceerr_ao = 5, segv_bnderr = 3, segv_pkuerr = 4, trap_perf = 6, cld_exited = 1;

// Reads the fields of one siginfo_t; bytes that are not there are zero.
class Siginfo {
 public:
  Siginfo(ByteSpan bytes, unsigned word) : bytes_(bytes), word_(word) {}

  std::int32_t signo() const { return get<std::int32_t>(0); }
  std::int32_t error() const { return get<std::int32_t>(4); }
  std::int32_t code() const { return get<std::int32_t>(8); }
  // A field of the union, by its offset with 32-bit and with 64-bit words.
  template <typename T>
  T field(unsigned offset32, unsigned offset64) const {
    return word_ == 4 ? get<T>(12 + offset32) : get<T>(16 + offset64);
  }
  std::uint64_t word_field(unsigned offset32, unsigned offset64) const {
    return word_ == 4 ? field<std::uint32_t>(offset32, offset64) : field<std::uint64_t>(offset32, offset64);
  }
  std::int64_t signed_word_field(unsigned offset32, unsigned offset64) const {
    return word_ == 4 ? field<std::int32_t>(offset32, offset64) : field<std::int64_t>(offset32, offset64);
  }

 private:
  template <typename T>
  T get(std::size_t offset) const {
    T value{};
    if (offset + sizeof value <= bytes_.size()) std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

  ByteSpan bytes_;
  unsigned word_;
};

void put_field(CallPrinter& p, std::string_view name) {
  p.out.put(", ");
  p.out.put(name);
  p.out.put('=');
}

void put_address(CallPrinter& p, std::string_view name, std::uint64_t address) {
  put_field(p, name);
  print_address(p.out, address);
}

const abi::Names* codes_of(int signo) {
  switch (signo) {
    case sig_ill: return &abi::sigill_codes;
    case sig_fpe: return &abi::sigfpe_codes;
    case sig_segv: return &abi::sigsegv_codes;
    case sig_bus: return &abi::sigbus_codes;
    case sig_trap: return &abi::sigtrap_codes;
    case sig_chld: return &abi::sigchld_codes;
    case sig_io: return &abi::sigpoll_codes;
    case sig_sys: return &abi::sigsys_codes;
    default: return nullptr;
  }
}

void print_code(CallPrinter& p, int signo, int code) {
  const auto value = static_cast<std::uint32_t>(code);
  const char* name = name_of(abi::siginfo_codes, value);
  if (!name && codes_of(signo)) name = name_of(*codes_of(signo), value);
  if (!name) return p.out.hex(value);
  if (p.options.constants == ConstantStyle::abbrev) return p.out.put(name);
  p.out.hex(value);
  if (p.options.constants == ConstantStyle::verbose) print_note(p, name);
}

void print_errno(CallPrinter& p, int error) {
  const char* name = abi::errno_name(error);
  const auto number = static_cast<std::uint32_t>(error);
  if (!name || p.options.constants == ConstantStyle::raw) return p.out.decimal(number);
  if (p.options.constants == ConstantStyle::abbrev) return p.out.put(name);
  p.out.decimal(number);
  print_note(p, name);
}

void print_pid_and_uid(CallPrinter& p, const Siginfo& info) {
  put_field(p, "si_pid");
  print_process_id(p, info.field<std::int32_t>(0, 0));
  put_field(p, "si_uid");
  print_uid(p, {}, info.field<std::uint32_t>(4, 4));
}

void print_sigval(CallPrinter& p, const Siginfo& info) {
  put_field(p, "si_int");
  p.out.signed_decimal(info.field<std::int32_t>(8, 8));
  put_address(p, "si_ptr", info.word_field(8, 8));
}

void print_sigchld(CallPrinter& p, const Siginfo& info) {
  print_pid_and_uid(p, info);
  put_field(p, "si_status");
  const auto status = info.field<std::int32_t>(8, 8);
  if (info.code() == cld_exited) {
    p.out.signed_decimal(status);
  } else {
    print_signal_number(p, status);
  }
  put_field(p, "si_utime");
  print_clock_ticks(p, static_cast<std::uint64_t>(info.signed_word_field(12, 16)));
  put_field(p, "si_stime");
  print_clock_ticks(p, static_cast<std::uint64_t>(info.signed_word_field(16, 24)));
}

void print_fault(CallPrinter& p, const Siginfo& info) {
  put_address(p, "si_addr", info.word_field(0, 0));
  const int signo = info.signo();
  const int code = info.code();
  if (signo == sig_bus && (code == bus_mceerr_ar || code == bus_mceerr_ao)) {
    put_field(p, "si_addr_lsb");
    p.out.hex(info.field<std::uint16_t>(4, 8));
  } else if (signo == sig_segv && code == segv_bnderr) {
    put_address(p, "si_lower", info.word_field(8, 16));
    put_address(p, "si_upper", info.word_field(12, 24));
  } else if (signo == sig_segv && code == segv_pkuerr) {
    put_field(p, "si_pkey");
    p.out.decimal(info.field<std::uint32_t>(8, 16));
  } else if (signo == sig_trap && code == trap_perf) {
    put_field(p, "si_perf_data");
    p.out.hex(info.word_field(4, 8));
    put_field(p, "si_perf_type");
    print_one_of(p, abi::perf_types, info.field<std::uint32_t>(8, 16));
    put_field(p, "si_perf_flags");
    print_flags(p, abi::sigtrap_perf_flags, info.field<std::uint32_t>(12, 20));
  }
}

// The ABI that an audit architecture stands for, as far as our tables go.
std::optional<Abi> abi_of_architecture(std::uint32_t architecture) {
  switch (architecture) {
    case 0xc000003e: return Abi::x86_64;
    case 0x40000003: return Abi::i386;
    case 0xc00000b7: return Abi::aarch64;
    default: return std::nullopt;
  }
}

void print_denied_call(CallPrinter& p, std::uint32_t number, std::uint32_t architecture) {
  p.out.decimal(number);
  const auto abi = abi_of_architecture(architecture);
  if (!abi || p.options.constants == ConstantStyle::raw) return;
  const abi::SyscallRow* row = abi::row_of(*abi, SyscallNr{static_cast<std::int32_t>(number)});
  if (!row) return;
  if (*abi != p.call.abi) return print_note(p, row->name);
  if (p.options.constants == ConstantStyle::abbrev) {
    p.out.truncate(p.out.size() - std::to_string(number).size());
    p.out.put("__NR_");
    return p.out.put(row->name);
  }
  p.out.put(" /* __NR_");
  p.out.put(row->name);
  p.out.put(" */");
}

void print_sigsys(CallPrinter& p, const Siginfo& info) {
  const auto architecture = info.field<std::uint32_t>(8, 12);
  put_address(p, "si_call_addr", info.word_field(0, 0));
  put_field(p, "si_syscall");
  print_denied_call(p, info.field<std::uint32_t>(4, 8), architecture);
  put_field(p, "si_arch");
  print_one_of(p, abi::audit_arches, architecture);
}

void print_poll(CallPrinter& p, const Siginfo& info) {
  put_field(p, "si_band");
  p.out.signed_decimal(info.signed_word_field(0, 0));
  put_field(p, "si_fd");
  print_descriptor(p, info.field<std::int32_t>(4, 8));
}

// What a process sent: kill, sigqueue, timers, tkill.
void print_from_user(CallPrinter& p, const Siginfo& info) {
  switch (info.code()) {
    case si_user:
    case si_tkill: return print_pid_and_uid(p, info);
    case si_timer:
      put_field(p, "si_timerid");
      p.out.hex(info.field<std::uint32_t>(0, 0));
      put_field(p, "si_overrun");
      p.out.signed_decimal(info.field<std::int32_t>(4, 4));
      return print_sigval(p, info);
    case si_sigio: return print_poll(p, info);
    default:
      print_pid_and_uid(p, info);
      if (info.word_field(8, 8) != 0) print_sigval(p, info);
  }
}

// What the kernel sent on its own account.
void print_from_kernel(CallPrinter& p, const Siginfo& info) {
  switch (info.signo()) {
    case sig_chld: return print_sigchld(p, info);
    case sig_ill:
    case sig_fpe:
    case sig_segv:
    case sig_bus:
    case sig_trap: return print_fault(p, info);
    case sig_io: return print_poll(p, info);
    case sig_sys: return print_sigsys(p, info);
    default:
      if (info.field<std::int32_t>(0, 0) != 0 || info.field<std::uint32_t>(4, 4) != 0) print_pid_and_uid(p, info);
      if (info.word_field(8, 8) != 0) print_sigval(p, info);
  }
}

}  // namespace

void print_siginfo_body(CallPrinter& p, ByteSpan bytes) {
  const Siginfo info(bytes, p.word());
  if (info.signo() == 0) return p.out.put("{}");
  p.out.put("{si_signo=");
  print_signal_number(p, info.signo());
  p.out.put(", si_code=");
  print_code(p, info.signo(), info.code());
  if (info.error() != 0) {
    put_field(p, "si_errno");
    print_errno(p, info.error());
  }
  if (info.code() <= 0) {
    print_from_user(p, info);
  } else {
    print_from_kernel(p, info);
  }
  p.out.put('}');
}

}  // namespace sysreel::text
