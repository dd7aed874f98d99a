#include <algorithm>
#include <array>
#include <vector>

#include "format/abi/abi.h"
#include "format/abi/vocabulary.h"

namespace sysreel::abi {
namespace {

using namespace vocabulary;

template <typename... Args>
constexpr std::array<Arg, sizeof...(Args)> args_of(Args... args) {
  return {args...};
}
#define ARG(type, name) Arg{type, #name}

// --- the rows ----------------------------------------------------------------------------------------------------------
namespace row {
#define VARIANT(...)
#define VARIANT2(...)
#define SYSCALL(id, classes, kind, ...)                  \
  constexpr auto id##_args = args_of(__VA_ARGS__);       \
  constexpr SyscallRow id{#id, static_cast<std::uint32_t>(classes), ResultKind::kind, id##_args};
#include "format/abi/syscalls/all.def"
#undef SYSCALL
#undef VARIANT
#undef VARIANT2
}  // namespace row

// --- variants: other signatures of a call, chosen by the value of an argument ----------------------------------------------
namespace variant {
#define SYSCALL(...)
#define VARIANT(base, id, selector, key, kind, ...)                  \
  constexpr auto base##_##id##_args = args_of(__VA_ARGS__);       \
  constexpr SyscallRow base##_##id{#base, row::base.classes, ResultKind::kind, base##_##id##_args};
#define VARIANT2(base, id, selector, key, selector2, key2, kind, ...) VARIANT(base, id, selector, key, kind, __VA_ARGS__)
#include "format/abi/syscalls/all.def"
#undef VARIANT
#undef VARIANT2

constexpr Variant all[] = {
#define VARIANT(base, id, selector, key, ...) {&row::base, &base##_##id, selector, static_cast<std::uint32_t>(key)},
#define VARIANT2(base, id, selector, key, selector2, key2, ...) \
  {&row::base, &base##_##id, selector, static_cast<std::uint32_t>(key), true, selector2, static_cast<std::uint32_t>(key2)},
#include "format/abi/syscalls/all.def"
#undef VARIANT
#undef VARIANT2
#undef SYSCALL
};
}  // namespace variant

// Variants sorted by base row, so that those of one call are a span.
const std::vector<Variant>& sorted_variants() {
  static const std::vector<Variant> sorted = [] {
    std::vector<Variant> rows(std::begin(variant::all), std::end(variant::all));
    std::stable_sort(rows.begin(), rows.end(), [](const Variant& a, const Variant& b) { return a.base < b.base; });
    return rows;
  }();
  return sorted;
}

// --- the number tables -----------------------------------------------------------------------------------------------------
struct Numbered {
  unsigned number;
  const SyscallRow* row;
};

constexpr Numbered x86_64_rows[] = {
#define NR(number, name) {number, &row::name},
#include "format/abi/x86_64.def"
#undef NR
};

std::vector<const SyscallRow*> table_from(std::span<const Numbered> rows) {
  std::vector<const SyscallRow*> table;
  for (const Numbered& entry : rows) {
    if (entry.number >= table.size()) table.resize(entry.number + 1, nullptr);
    table[entry.number] = entry.row;
  }
  return table;
}

const std::vector<const SyscallRow*>& table_of(Abi abi) {
  static const std::vector<const SyscallRow*> x86_64 = table_from(x86_64_rows);
  static const std::vector<const SyscallRow*> none;
  return abi == Abi::x86_64 ? x86_64 : none;
}

}  // namespace

const SyscallRow* row_of(Abi abi, SyscallNr nr) {
  const auto& table = table_of(abi);
  const auto index = static_cast<std::size_t>(raw(nr));
  return raw(nr) >= 0 && index < table.size() ? table[index] : nullptr;
}

std::span<const Variant> variants_of(const SyscallRow& row) {
  const auto& all = sorted_variants();
  const auto by_base = [](const Variant& a, const Variant& b) { return a.base < b.base; };
  const auto [first, last] = std::equal_range(all.begin(), all.end(), Variant{&row, nullptr, 0, 0}, by_base);
  return {first, last};
}

const SyscallRow& variant_of(const SyscallRow& row, std::span<const std::uint64_t, 6> args) {
  for (const Variant& variant : variants_of(row)) {
    if (static_cast<std::uint32_t>(args[variant.selector]) != variant.key) continue;
    if (variant.has_second && static_cast<std::uint32_t>(args[variant.selector2]) != variant.key2) continue;
    return *variant.row;
  }
  return row;
}

std::optional<SyscallNr> number_of(Abi abi, std::string_view name) {
  const auto& table = table_of(abi);
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] && name == table[i]->name) return SyscallNr{static_cast<std::int32_t>(i)};
  }
  return std::nullopt;
}

unsigned table_size(Abi abi) { return static_cast<unsigned>(table_of(abi).size()); }

const char* name_of(Abi abi) {
  switch (abi) {
    case Abi::x86_64: return "x86_64";
    case Abi::i386: return "i386";
    case Abi::x32: return "x32";
    case Abi::aarch64: return "aarch64";
  }
  return "?";
}

}  // namespace sysreel::abi
