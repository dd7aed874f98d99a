// Resource limits: 4*1024, RLIM_INFINITY.
#include "analyzer/text/value_printer.h"

namespace sysreel::text {
namespace {

void print_limit(CallPrinter& p, std::uint64_t limit, std::uint64_t infinity, std::string_view name) {
  const ConstantStyle style = p.options.constants;
  const bool whole_units = limit > 1024 && limit % 1024 == 0;
  if (style == ConstantStyle::raw || (limit != infinity && !whole_units)) return p.out.decimal(limit);
  if (style == ConstantStyle::verbose) {
    p.out.decimal(limit);
    p.out.put(" /* ");
  }
  if (limit == infinity) {
    p.out.put(name);
  } else {
    p.out.decimal(limit / 1024);
    p.out.put("*1024");
  }
  if (style == ConstantStyle::verbose) p.out.put(" */");
}

constexpr std::uint64_t infinity32 = 0xffffffff;
constexpr std::uint64_t infinity64 = ~std::uint64_t{0};

}  // namespace

void print_rlimit64(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_limit(p, value, infinity64, "RLIM64_INFINITY");
}

void print_rlimit_word(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (p.word() == 8) return print_rlimit64(p, type, value);
  print_limit(p, value, infinity32, "RLIM_INFINITY");
}

}  // namespace sysreel::text
