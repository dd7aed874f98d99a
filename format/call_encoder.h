// Turns calls into columns, one after the other. See "Calls" in FORMAT.md.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "format/call_columns.h"
#include "format/chunk_view.h"
#include "format/column.h"
#include "format/event.h"
#include "format/key_groups.h"
#include "format/string_table.h"

namespace sysreel {

// Owns the columns of the current chunk. Memory is kept from chunk to chunk, so that a call allocates nothing.
class CallEncoder {
 public:
  CallEncoder();

  // Adds a call made by the task with this number in the chunk's table.
  void add(const Call& call, std::uint32_t task);

  std::uint32_t count() const { return count_; }
  // Of all columns so far; until arrange(), about.
  std::size_t bytes() const;
  // What the index says about this chunk.
  std::span<const CallKey> keys() const { return keys_; }
  const std::bitset<4096>& errors() const { return errors_; }

  // After the last call: writes the columns whose values stand by key.
  void arrange();
  // The bytes of a column as they are stored; after arrange().
  ByteSpan column(CallColumn column) const;
  // Where in a column whose values stand by key those of each key end; of others nothing.
  std::span<const std::size_t> group_ends(CallColumn column) const { return group_ends_[static_cast<std::size_t>(column)]; }

  // Starts the next chunk.
  void clear(Nanos base_time);

 private:
  using Args = std::array<std::uint64_t, 6>;
  struct Times {
    std::int64_t gap, duration;
    std::uint64_t on_cpu;
  };
  // Numbers of some of the calls, each with the key of its call.
  struct KeyedNumbers {
    std::vector<std::uint32_t> keys;
    std::vector<std::int64_t> numbers;
    void add(std::uint32_t key, std::int64_t number) {
      keys.push_back(key);
      numbers.push_back(number);
    }
    void clear() {
      keys.clear();
      numbers.clear();
    }
  };

  ColumnWriter& at(CallColumn column) { return columns_[static_cast<std::size_t>(column)]; }
  std::uint32_t key_of(const Call& call);
  void add_times(const Call& call, std::uint32_t task);
  std::uint8_t add_args(const Args& args, KeyState& key);
  bool add_details(const Call& call, const Args& args, std::uint32_t key_index);
  ByteSpan layout_of(const Call& call, const Args& args);
  std::uint64_t words_to_pointer(const Call& call, std::size_t index);
  void add_contents(const Call& call, KeyState& key);
  bool add_stack(const Call& call, KeyState& key);
  void arrange(CallColumn column, const KeyedNumbers& numbers);
  void end_group(CallColumn column) { group_ends_[static_cast<std::size_t>(column)].push_back(at(column).size()); }

  static constexpr std::size_t direct_numbers = 1024;

  std::array<ColumnWriter, call_column_count> columns_;
  StringTableWriter contents_;
  StringTableWriter layouts_;
  std::vector<std::byte> tags_;         // of the call in work
  std::uint64_t pointer_cursor_ = 0;    // in its words, behind the last pointer found
  std::vector<CallKey> keys_;
  std::vector<KeyState> states_;
  std::vector<std::uint8_t> declared_;  // arguments, of each key
  std::vector<std::uint32_t> direct_keys_;  // number in keys_ + 1, by ABI and call number
  std::unordered_map<std::uint64_t, std::uint32_t> other_keys_;
  std::vector<std::int64_t> task_ends_;
  std::int64_t recent_end_ = 0;
  // What waits for arrange().
  std::vector<std::uint32_t> call_keys_;
  std::vector<Times> times_;
  KeyedNumbers results_, ips_;
  KeyGroups groups_;
  std::array<std::vector<std::size_t>, call_column_count> group_ends_;
  std::bitset<4096> errors_;
  std::uint32_t count_ = 0;
};

}  // namespace sysreel
