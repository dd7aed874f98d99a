// The columns of the calls of a chunk, by name, and the rules that writer and reader share. FORMAT.md explains them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace sysreel {

// In which order a column has its values: that of a table; that of the calls; those of the first task's calls, then the second's …;
// those of the calls with the first key, then the second …
enum class ColumnOrder : std::uint8_t { table, call, task, key };

// In the order in which they stand in the chunk: what statistics need comes first.
#define SYSREEL_CALL_COLUMNS(COLUMN)                                                                                 \
  COLUMN(keyAbis, table) COLUMN(keyNumbers, table) COLUMN(tasks, call) COLUMN(keys, task)                            \
  COLUMN(gapsLow, key) COLUMN(gapsHigh, key) COLUMN(durationsLow, key) COLUMN(durationsHigh, key) COLUMN(onCpu, key) \
  COLUMN(changes, key) COLUMN(details, key) COLUMN(results, key) COLUMN(flags, key)                                  \
  COLUMN(args0, key) COLUMN(args1, key) COLUMN(args2, key) COLUMN(args3, key) COLUMN(args4, key) COLUMN(args5, key)  \
  COLUMN(ips, key) COLUMN(stacks, key) COLUMN(layouts, key) COLUMN(layoutLengths, table) COLUMN(layoutTags, table)   \
  COLUMN(blockContents, key) COLUMN(blockWanted, key) COLUMN(blockPointers, key) COLUMN(blockAddresses, key)         \
  COLUMN(contentPlaces, table) COLUMN(contentLengths, table) COLUMN(contentBytes, table)

enum class CallColumn : std::uint8_t {
#define COLUMN(name, order) name,
  SYSREEL_CALL_COLUMNS(COLUMN)
#undef COLUMN
};

inline constexpr const char* call_column_names[] = {
#define COLUMN(name, order) #name,
    SYSREEL_CALL_COLUMNS(COLUMN)
#undef COLUMN
};
inline constexpr std::size_t call_column_count = sizeof call_column_names / sizeof *call_column_names;

inline constexpr std::array<ColumnOrder, call_column_count> call_column_orders = {
#define COLUMN(name, order) ColumnOrder::order,
    SYSREEL_CALL_COLUMNS(COLUMN)
#undef COLUMN
};
inline constexpr auto columns_by_key = [] {
  std::array<CallColumn, std::count(call_column_orders.begin(), call_column_orders.end(), ColumnOrder::key)> columns{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < call_column_count; ++i) {
    if (call_column_orders[i] == ColumnOrder::key) columns[count++] = static_cast<CallColumn>(i);
  }
  return columns;
}();

// The first keys, and tasks, are groups of their own; the calls of all others stand together in the last one.
inline constexpr std::uint32_t call_groups = 64;
constexpr std::uint32_t group_of(std::uint32_t key_or_task) { return key_or_task < call_groups ? key_or_task : call_groups - 1; }

// Bits of `changes`: 0 to 5 an argument, then these. A bit says "other than expected".
inline constexpr std::uint8_t change_result = 1 << 6;
inline constexpr std::uint8_t change_details = 1 << 7;

// Bits of `details`.
inline constexpr std::uint8_t detail_flags = 1 << 0;
inline constexpr std::uint8_t detail_ip = 1 << 1;
inline constexpr std::uint8_t detail_layout = 1 << 2;
inline constexpr std::uint8_t detail_stack = 1 << 3;

// A block's tag in a layout: three bits of source, then these.
inline constexpr std::uint8_t source_mask = 7;  // 0 to 5: the address is this argument
inline constexpr std::uint8_t source_pointer = 6;
inline constexpr std::uint8_t source_explicit = 7;
inline constexpr std::uint8_t tag_exit = 1 << 3;
inline constexpr unsigned tag_end_shift = 4;  // two bits of BlockEnd
inline constexpr std::uint8_t tag_wanted_whole = 1 << 6;  // `wanted` is the length of the content

// Codes of `onCpu`; higher ones are the nanoseconds + on_cpu_known.
inline constexpr std::uint64_t on_cpu_unknown = 0;
inline constexpr std::uint64_t on_cpu_throughout = 1;
inline constexpr std::uint64_t on_cpu_known = 2;

// Codes of `blockContents`; higher ones are a reference (contents.h) + content_known.
inline constexpr std::uint64_t content_next = 0;   // the next new one of the place
inline constexpr std::uint64_t content_again = 1;  // that of the same position in the last call with this key and outcome
inline constexpr std::uint64_t content_known = 2;

// Codes of `stacks`; a stack is a content made of 64-bit words. Higher ones are a reference + stack_known.
inline constexpr std::uint64_t stack_none = 0;
inline constexpr std::uint64_t stack_next = 1;
inline constexpr std::uint64_t stack_known = 2;

// A result is stored as it is after a small one, as a difference after a large one (a pointer).
constexpr bool is_large(std::int64_t result) {
  return result >= (std::int64_t{1} << 32) || result < -(std::int64_t{1} << 32);
}

}  // namespace sysreel
