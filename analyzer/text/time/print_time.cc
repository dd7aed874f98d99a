#include "analyzer/text/time/print_time.h"

#include <ctime>

#include "analyzer/text/files/arguments.h"
#include "analyzer/text/files/fields.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t nanos = 1'000'000'000, micros = 1'000'000;
constexpr std::uint64_t utime_now = 0x3fffffff, utime_omit = 0x3ffffffe;

std::int64_t sign_extended(const CallPrinter& p, std::uint64_t value) {
  return p.word() == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
}

// [{…} /* date */, {…} /* date */] of two times, each printed by `print_time(fields, seconds, fraction)`.
template <typename PrintTime>
void print_two_times(CallPrinter& p, const abi::Type& type, std::uint64_t address, const char* fraction_name, PrintTime print_time) {
  if (!follow(p, type, address)) return;
  const unsigned size = abi::size_of(*type.layout, p.call.abi);
  if (!p.fetch(type.copy.flow, address, 2 * size)) return print_address(p.out, address);
  print_array(p, type.copy.flow, address, 2, size, [&](std::uint64_t at, ByteSpan bytes) {
    FieldPrinter fields(p, *type.layout, type.copy.flow, at, bytes);
    print_time(bytes, at, static_cast<std::int64_t>(*fields.value("tv_sec")), *fields.value(fraction_name));
  });
}

// The clock of a process, a thread or a descriptor: negative numbers, linux/posix-timers.h.
void print_dynamic_clock(CallPrinter& p, std::int32_t id) {
  constexpr std::int32_t per_thread = 4, clock_mask = 3, clock_fd = 3;
  const std::int32_t owner = ~(id >> 3);
  if ((id & (per_thread | clock_mask)) == clock_fd) {
    p.out.put("FD_TO_CLOCKID(");
    p.out.signed_decimal(owner);
    return p.out.put(')');
  }
  p.out.put((id & per_thread) != 0 ? "MAKE_THREAD_CPUCLOCK(" : "MAKE_PROCESS_CPUCLOCK(");
  p.out.signed_decimal(owner);
  p.out.put(", ");
  print_one_of(p, abi::cpu_clocks, static_cast<std::uint32_t>(id & clock_mask));
  p.out.put(')');
}

}  // namespace

bool print_date(CallPrinter& p, std::int64_t seconds, std::uint64_t fraction, std::uint64_t per_second) {
  if ((seconds == 0 && fraction == 0) || (fraction != 0 && fraction >= per_second)) return false;
  const std::time_t time = seconds;
  std::tm calendar;
  char text[64];
  if (!localtime_r(&time, &calendar)) return false;
  if (std::strftime(text, sizeof text, "%FT%T", &calendar) == 0) return false;
  p.out.put(text);
  if (fraction != 0) {
    p.out.put('.');
    p.out.decimal_zeros(fraction, per_second == nanos ? 9 : 6);
  }
  if (std::strftime(text, sizeof text, "%z", &calendar) != 0) p.out.put(text);
  return true;
}

void print_date_note(CallPrinter& p, std::int64_t seconds, std::uint64_t fraction, std::uint64_t per_second) {
  const std::size_t before = p.out.size();
  p.out.put(" /* ");
  if (print_date(p, seconds, fraction, per_second)) {
    p.out.put(" */");
  } else {
    p.out.truncate(before);
  }
}

void print_date(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const std::int64_t seconds = sign_extended(p, value);
  p.out.signed_decimal(seconds);
  print_date_note(p, seconds, 0, 1);
}

void print_result_date(CallPrinter& p, std::int64_t result) {
  p.out.signed_decimal(result);
  print_into_comment(p, [&] { print_date(p, result, 0, 1); });
}

void print_result_clock_state(CallPrinter& p, std::int64_t result) {
  p.out.signed_decimal(result);
  if (const char* state = name_of(abi::clock_states, static_cast<std::uint64_t>(result))) set_comment(p, state);
}

void print_clock(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto id = static_cast<std::int32_t>(value);
  if (id >= 0) return print_one_of(p, abi::clocks, static_cast<std::uint32_t>(id));
  const ConstantStyle style = p.options.constants;
  if (style != ConstantStyle::abbrev) p.out.signed_decimal(id);
  if (style == ConstantStyle::raw) return;
  if (style == ConstantStyle::verbose) p.out.put(" /* ");
  print_dynamic_clock(p, id);
  if (style == ConstantStyle::verbose) p.out.put(" */");
}

void print_remaining_time(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  // The kernel writes what is left only when a signal ends the sleep; -516 is its own code for that.
  constexpr std::int64_t restart_block = -516, restart_sys = -512;
  const bool interrupted = p.call.result >= restart_block && p.call.result <= restart_sys;
  const bool absolute = p.row.args.size() == 4 && (p.call.args[1] & 1) != 0;
  if (!interrupted || absolute || value == 0 || !p.verbose()) return print_address(p.out, value);
  print_struct_at(p, *type.layout, type.copy.flow, value);
}

void print_utimbuf(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_struct_at(p, *type.layout, type.copy.flow, value);
}

void print_utimes(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_two_times(p, type, value, "tv_usec", [&](ByteSpan bytes, std::uint64_t address, std::int64_t seconds, std::uint64_t fraction) {
    print_struct(p, *type.layout, type.copy.flow, address, bytes);
    print_date_note(p, seconds, p.word() == 4 ? static_cast<std::uint32_t>(fraction) : fraction, micros);
  });
}

void print_utimensat_times(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_two_times(p, type, value, "tv_nsec", [&](ByteSpan bytes, std::uint64_t address, std::int64_t seconds, std::uint64_t fraction) {
    const bool now = fraction == utime_now, omit = fraction == utime_omit;
    const ConstantStyle style = p.options.constants;
    if (!now && !omit) {
      print_struct(p, *type.layout, type.copy.flow, address, bytes);
      return print_date_note(p, seconds, fraction, nanos);
    }
    if (style == ConstantStyle::abbrev) return p.out.put(now ? "UTIME_NOW" : "UTIME_OMIT");
    print_struct(p, *type.layout, type.copy.flow, address, bytes);
    if (style == ConstantStyle::verbose) print_note(p, now ? "UTIME_NOW" : "UTIME_OMIT");
  });
}

}  // namespace sysreel::text
