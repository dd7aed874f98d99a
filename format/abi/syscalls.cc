#include <algorithm>
#include <array>
#include <bitset>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "format/abi/abi.h"
#include "format/abi/ioctl.h"
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
#define VARIANT_MASKED(...)
#define SYSCALL(id, ...) SYSCALL_AS(id, #id, __VA_ARGS__)
// The same with a name of its own: calls of 32-bit ABIs that share a name with another signature, names that are C++ keywords.
#define SYSCALL_AS(id, name, classes, kind, ...)               \
  constexpr auto id##_args = args_of(__VA_ARGS__);             \
  constexpr SyscallRow id##_row{name, static_cast<std::uint32_t>(classes), ResultKind::kind, id##_args};
#include "format/abi/syscalls/all.def"
#undef SYSCALL
#undef SYSCALL_AS
#undef VARIANT
#undef VARIANT2
#undef VARIANT_MASKED
}  // namespace row

// --- variants: other signatures of a call, chosen by the value of an argument ----------------------------------------------
namespace variant {
#define SYSCALL(...)
#define SYSCALL_AS(...)
#define VARIANT(base, id, selector, key, kind, ...)                  \
  constexpr auto base##_##id##_args = args_of(__VA_ARGS__);       \
  constexpr SyscallRow base##_##id{row::base##_row.name, row::base##_row.classes, ResultKind::kind, base##_##id##_args};
#define VARIANT2(base, id, selector, key, selector2, key2, kind, ...) VARIANT(base, id, selector, key, kind, __VA_ARGS__)
#define VARIANT_MASKED(base, id, selector, mask, key, kind, ...) VARIANT(base, id, selector, key, kind, __VA_ARGS__)
#include "format/abi/syscalls/all.def"
#undef VARIANT
#undef VARIANT2
#undef VARIANT_MASKED

constexpr Variant all[] = {
#define VARIANT(base, id, selector, key, ...) {&row::base##_row, &base##_##id, selector, static_cast<std::uint32_t>(key)},
#define VARIANT2(base, id, selector, key, selector2, key2, ...) \
  {&row::base##_row, &base##_##id, selector, static_cast<std::uint32_t>(key), true, selector2, static_cast<std::uint32_t>(key2)},
#define VARIANT_MASKED(base, id, selector, mask, key, ...) \
  {&row::base##_row, &base##_##id, selector, static_cast<std::uint32_t>(key), false, 0, 0, static_cast<std::uint32_t>(mask)},
#include "format/abi/syscalls/all.def"
#undef VARIANT
#undef VARIANT2
#undef VARIANT_MASKED
#undef SYSCALL
#undef SYSCALL_AS
};
}  // namespace variant

// --- looking up a variant ---------------------------------------------------------------------------------------------------

// What selects a variant: which arguments are looked at, and which bits of the first. A call has one to three of these,
// and within one the variants are found by binary search: ioctl has more than a thousand.
auto shape_of(const Variant& variant) {
  return std::tuple(!variant.has_second, variant.selector, variant.selector2, ~variant.mask);
}
auto keys_of(const Variant& variant) { return std::tuple(variant.key, variant.key2); }

struct VariantTable {
  std::vector<Variant> all;                  // by shape, then by key
  std::vector<std::span<const Variant>> shapes;
};

struct VariantTables {
  std::unordered_map<const SyscallRow*, VariantTable> by_row;
  std::bitset<1024> some;  // by place_of(): most rows have none, and that is asked for each call

  static std::size_t place_of(const SyscallRow* row) { return reinterpret_cast<std::uintptr_t>(row) / alignof(SyscallRow) % 1024; }
};

VariantTables make_variant_tables() {
  VariantTables tables;
  for (const Variant& variant : variant::all) tables.by_row[variant.base].all.push_back(variant);
  for (const IoctlRow& ioctl : ioctl_rows()) {
    tables.by_row[&row::ioctl_row].all.push_back({&row::ioctl_row, &ioctl.row, 1, ioctl.command, false, 0, 0, ioctl.mask});
  }
  for (auto& [base, table] : tables.by_row) {
    tables.some.set(VariantTables::place_of(base));
    std::stable_sort(table.all.begin(), table.all.end(), [](const Variant& a, const Variant& b) {
      return std::tuple(shape_of(a), keys_of(a)) < std::tuple(shape_of(b), keys_of(b));
    });
    for (auto first = table.all.begin(); first != table.all.end();) {
      const auto last = std::find_if(first, table.all.end(),
                                     [&](const Variant& variant) { return shape_of(variant) != shape_of(*first); });
      table.shapes.emplace_back(first, last);
      first = last;
    }
  }
  return tables;
}

const VariantTable* variant_table_of(const SyscallRow& row) {
  static const VariantTables tables = make_variant_tables();
  if (!tables.some.test(VariantTables::place_of(&row))) return nullptr;
  const auto found = tables.by_row.find(&row);
  return found == tables.by_row.end() ? nullptr : &found->second;
}

// --- the number tables -----------------------------------------------------------------------------------------------------
struct Numbered {
  unsigned number;
  const SyscallRow* row;
};

#define NR(number, name) {number, &row::name##_row},
constexpr Numbered x86_64_rows[] = {
#include "format/abi/x86_64.def"
};
constexpr Numbered i386_rows[] = {
#include "format/abi/i386.def"
};
constexpr Numbered x32_rows[] = {
#include "format/abi/x32.def"
};
constexpr Numbered aarch64_rows[] = {
#include "format/abi/aarch64.def"
};
#undef NR

std::vector<const SyscallRow*> table_from(std::span<const Numbered> rows) {
  std::vector<const SyscallRow*> table;
  for (const Numbered& entry : rows) {
    if (entry.number >= table.size()) table.resize(entry.number + 1, nullptr);
    table[entry.number] = entry.row;
  }
  return table;
}

const std::vector<const SyscallRow*>& table_of(Abi abi) {
  static const std::vector<const SyscallRow*> x86_64 = table_from(x86_64_rows), i386 = table_from(i386_rows),
                                              x32 = table_from(x32_rows), aarch64 = table_from(aarch64_rows);
  switch (abi) {
    case Abi::x86_64: return x86_64;
    case Abi::i386: return i386;
    case Abi::x32: return x32;
    case Abi::aarch64: return aarch64;
  }
  return x86_64;
}

// __X32_SYSCALL_BIT: the kernel shows x32 numbers with it, the table is without.
constexpr std::int32_t x32_bit = 0x40000000;

std::int32_t index_of(Abi abi, SyscallNr nr) { return abi == Abi::x32 && raw(nr) > 0 ? raw(nr) & ~x32_bit : raw(nr); }

}  // namespace

const SyscallRow* row_of(Abi abi, SyscallNr nr) {
  const auto& table = table_of(abi);
  const std::int32_t index = index_of(abi, nr);
  return index >= 0 && static_cast<std::size_t>(index) < table.size() ? table[static_cast<std::size_t>(index)] : nullptr;
}

std::span<const Variant> variants_of(const SyscallRow& row) {
  const VariantTable* table = variant_table_of(row);
  return table ? std::span<const Variant>(table->all) : std::span<const Variant>();
}

const SyscallRow& variant_of(const SyscallRow& row, std::span<const std::uint64_t, 6> args) {
  const VariantTable* table = variant_table_of(row);
  if (!table) return row;
  for (const std::span<const Variant> shape : table->shapes) {
    const Variant& like = shape.front();
    const auto key = static_cast<std::uint32_t>(args[like.selector]) & like.mask;
    const auto key2 = like.has_second ? static_cast<std::uint32_t>(args[like.selector2]) : 0;
    const auto found = std::lower_bound(shape.begin(), shape.end(), std::tuple(key, key2),
                                        [](const Variant& variant, const auto& keys) { return keys_of(variant) < keys; });
    if (found != shape.end() && keys_of(*found) == std::tuple(key, key2)) return *found->row;
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
