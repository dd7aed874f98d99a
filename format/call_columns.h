// The columns of the calls of a chunk, by name, and the rules that writer and reader share. FORMAT.md explains them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sysreel {

// In the order in which they stand in the chunk: what statistics need comes first.
#define SYSREEL_CALL_COLUMNS(COLUMN)                                                                             \
  COLUMN(keyAbis) COLUMN(keyNumbers) COLUMN(tasks) COLUMN(keys) COLUMN(gapsLow) COLUMN(gapsHigh)                 \
  COLUMN(durationsLow) COLUMN(durationsHigh) COLUMN(onCpu) COLUMN(changes) COLUMN(details) COLUMN(results)       \
  COLUMN(flags) COLUMN(args0) COLUMN(args1) COLUMN(args2) COLUMN(args3) COLUMN(args4) COLUMN(args5) COLUMN(ips)  \
  COLUMN(stacks) COLUMN(layouts) COLUMN(layoutLengths) COLUMN(layoutTags) COLUMN(blockContents) COLUMN(blockWanted)                   \
  COLUMN(blockPointers) COLUMN(blockAddresses) COLUMN(contentLengths) COLUMN(contentBytes)

enum class CallColumn : std::uint8_t {
#define COLUMN(name) name,
  SYSREEL_CALL_COLUMNS(COLUMN)
#undef COLUMN
};

inline constexpr const char* call_column_names[] = {
#define COLUMN(name) #name,
    SYSREEL_CALL_COLUMNS(COLUMN)
#undef COLUMN
};
inline constexpr std::size_t call_column_count = sizeof call_column_names / sizeof *call_column_names;

// Columns whose values stand by key: those of the calls with key 0, then those with key 1, …; the calls of all keys from the last
// group on stand together. Keys themselves stand by task in the same way.
inline constexpr std::array columns_by_key = {CallColumn::gapsLow, CallColumn::gapsHigh, CallColumn::durationsLow, CallColumn::durationsHigh,
                                              CallColumn::onCpu, CallColumn::changes, CallColumn::results, CallColumn::ips};
inline constexpr std::uint32_t call_groups = 64;
constexpr std::uint32_t group_of(std::uint32_t key_or_task) { return key_or_task < call_groups ? key_or_task : call_groups - 1; }

// Bits of `changes`: 0 to 5 an argument, then these. A bit says "other than in the last call with this key".
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

// Codes of `blockContents`; higher ones are the content's number + content_known.
inline constexpr std::uint64_t content_next = 0;   // the next new one of the table
inline constexpr std::uint64_t content_again = 1;  // that of the same position in the last call with this key
inline constexpr std::uint64_t content_known = 2;

// Codes of `stacks`; a stack is a content made of 64-bit words.
inline constexpr std::uint64_t stack_none = 0;
inline constexpr std::uint64_t stack_next = 1;
inline constexpr std::uint64_t stack_known = 2;

// Positions for which a key remembers its last content.
inline constexpr std::size_t remembered_blocks = 8;

// A result is stored as it is after a small one, as a difference after a large one (a pointer).
constexpr bool is_large(std::int64_t result) {
  return result >= (std::int64_t{1} << 32) || result < -(std::int64_t{1} << 32);
}

// What a key remembers of its last call. All zero before the first one.
struct KeyState {
  std::array<std::uint64_t, 6> args{};
  std::int64_t result = 0;
  std::uint64_t ip = 0;
  std::uint16_t flags = 0;
  std::uint32_t layout = 0;  // 0: no blocks; else number in the table + 1
  std::uint32_t stack = 0;   // 0: none; else number of the content + 1
  std::uint32_t contents_known = 0;  // how many of `contents` mean something
  std::array<std::uint32_t, remembered_blocks> contents{};
};

}  // namespace sysreel
