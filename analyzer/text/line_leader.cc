#include "analyzer/text/line_leader.h"

#include <ctime>

#include "analyzer/text/pid_lookup.h"
#include "analyzer/text/value_printer.h"

namespace sysreel::text {
namespace {

constexpr std::int64_t second = 1'000'000'000;

void put_number(Out& out, SyscallNr nr) {
  if (raw(nr) < 0) return out.put("[????] ");
  out.put('[');
  out.decimal_blanks(static_cast<std::uint32_t>(raw(nr)), 4);
  out.put("] ");
}

void put_instruction_pointer(Out& out, const Call* call, std::uint64_t ip) {
  const unsigned digits = call && word_size(call->abi) == 4 ? 8 : 16;
  if (call) ip = call->ip;
  out.put('[');
  if (ip != 0) {
    out.hex_digits(ip, digits);
  } else {
    out.fill('?', digits);
  }
  out.put("] ");
}

}  // namespace

void put_fraction(Out& out, std::int64_t nanoseconds, Precision precision) {
  const auto value = static_cast<std::uint64_t>(nanoseconds);
  switch (precision) {
    case Precision::seconds: return;
    case Precision::milli: out.put('.'); return out.decimal_zeros(value / 1'000'000, 3);
    case Precision::micro: out.put('.'); return out.decimal_zeros(value / 1'000, 6);
    case Precision::nano: out.put('.'); return out.decimal_zeros(value, 9);
  }
}

void LineLeader::print(Out& out, const Model& model, Tid tid, Nanos time, const Call* call, std::uint64_t ip) {
  put_pid(out, model, tid);
  if (options_.absolute != ClockFormat::none) put_absolute(out, time);
  if (options_.relative) put_relative(out, time);
  if (options_.syscall_number) {
    if (call) note(tid, call->nr);
    const auto last = last_number_.find(sysreel::raw(tid));
    put_number(out, last == last_number_.end() ? SyscallNr{-1} : last->second);
  }
  if (options_.instruction_pointer) put_instruction_pointer(out, call, ip);
}

void LineLeader::put_pid(Out& out, const Model& model, Tid tid) {
  using Prefix = TextOptions::PidPrefix;
  const Prefix prefix = options_.pid_prefix;
  if (prefix == Prefix::never || (prefix == Prefix::when_several && model.tasks() < 2)) return;
  const bool named = (options_.decode_pids & decode_comm) != 0;
  if (!named && tid == cached_tid_ && !cached_pid_.empty()) return out.put(cached_pid_);
  std::string comm;
  if (named) {
    if (options_.pid_lookup != nullptr) comm = options_.pid_lookup->comm_of_traced(tid);
    if (comm.empty()) comm = model.comm(tid);
  }
  const auto id = static_cast<std::uint32_t>(sysreel::raw(tid));
  const bool brackets = prefix != Prefix::file;
  const std::size_t begin = out.size();
  if (brackets) {
    out.put("[pid ");
    out.decimal_blanks(id, 5);
  } else {
    out.decimal(id);
  }
  if (!comm.empty()) print_in_angle_brackets(out, options_, comm);
  if (brackets) out.put(']');
  if (!brackets && comm.empty() && out.size() - begin < 5) out.fill(' ', 5 - (out.size() - begin));
  out.put(' ');
  if (named) return;
  cached_tid_ = tid;
  cached_pid_ = out.view_from(begin);
}

void LineLeader::put_absolute(Out& out, Nanos time) {
  const std::int64_t now = (time + offset_).value;
  const std::int64_t seconds = now >= 0 ? now / second : (now - second + 1) / second;
  if (options_.absolute == ClockFormat::unix) {
    out.signed_decimal(seconds);
  } else {
    if (seconds != cached_second_) {
      const auto clock = static_cast<std::time_t>(seconds);
      std::tm parts{};
      char text[32];
      localtime_r(&clock, &parts);
      cached_text_.assign(text, std::strftime(text, sizeof text, "%H:%M:%S", &parts));
      cached_second_ = seconds;
    }
    out.put(cached_text_);
  }
  put_fraction(out, now - seconds * second, options_.absolute_precision);
  out.put(' ');
}

void LineLeader::put_relative(Out& out, Nanos time) {
  const std::int64_t passed = last_.value < 0 || time < last_ ? 0 : (time - last_).value;
  last_ = time;
  const bool behind_absolute = options_.absolute != ClockFormat::none;
  if (behind_absolute) out.put("(+");
  out.decimal_blanks(static_cast<std::uint64_t>(passed / second), 6);
  put_fraction(out, passed % second, options_.relative_precision);
  out.put(behind_absolute ? ") " : " ");
}

}  // namespace sysreel::text
