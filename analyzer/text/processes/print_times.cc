#include "analyzer/text/processes/print_times.h"

namespace sysreel::text {
namespace {

// USER_HZ: what user space is told ticks are, the same in every ABI of our tables whatever CONFIG_HZ is.
constexpr std::uint64_t ticks_a_second = 100;
constexpr unsigned digits_of_a_tick = 2;

}  // namespace

void print_clock_ticks(CallPrinter& p, std::uint64_t ticks) {
  p.out.decimal(ticks);
  if (ticks == 0 || p.options.constants == ConstantStyle::raw) return;
  p.out.put(" /* ");
  p.out.decimal(ticks / ticks_a_second);
  p.out.put('.');
  p.out.decimal_zeros(ticks % ticks_a_second, digits_of_a_tick);
  p.out.put(" s */");
}

void print_clock_ticks(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_clock_ticks(p, value); }

void print_result_ticks(CallPrinter& p, std::int64_t result) {
  p.out.decimal(p.word() == 4 ? static_cast<std::uint32_t>(result) : static_cast<std::uint64_t>(result));
}

}  // namespace sysreel::text
