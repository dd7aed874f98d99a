// Turns calls into columns, one after the other. See "Calls" in FORMAT.md.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "format/call_columns.h"
#include "format/call_states.h"
#include "format/chunk_view.h"
#include "format/column.h"
#include "format/contents.h"
#include "format/event.h"
#include "format/string_table.h"

namespace sysreel {

// Owns the columns of the current chunk. Memory is kept from chunk to chunk, so that a call allocates nothing.
class CallEncoder {
 public:
  CallEncoder();

  // Adds a call made by the task with this number in the chunk's table.
  void add(const Call& call, std::uint32_t task);

  std::uint32_t count() const { return count_; }
  // Of all columns so far.
  std::size_t bytes() const;
  // What the index says about this chunk.
  std::span<const CallKey> keys() const { return keys_; }
  const std::bitset<4096>& errors() const { return errors_; }

  // After the last call: writes the columns whose values stand by key or by task.
  void arrange();
  // The bytes of a column as they are stored; after arrange().
  ByteSpan column(CallColumn column) const;
  // Where in a column whose values stand by key, task or place those of each end; of others nothing.
  std::span<const std::size_t> group_ends(CallColumn column) const;

  // Starts the next chunk.
  void clear(Nanos base_time);

 private:
  using Args = std::array<std::uint64_t, 6>;
  // What one group of keys has of the columns that stand by key.
  class Group {
   public:
    ColumnWriter& at(CallColumn column) { return columns_[index_of[static_cast<std::size_t>(column)]]; }
    // In the order of columns_by_key.
    std::array<ColumnWriter, columns_by_key.size()>& columns() { return columns_; }
    const std::array<ColumnWriter, columns_by_key.size()>& columns() const { return columns_; }

   private:
    static constexpr auto index_of = [] {
      std::array<std::uint8_t, call_column_count> indices{};
      for (std::uint8_t i = 0; i < columns_by_key.size(); ++i) indices[static_cast<std::size_t>(columns_by_key[i])] = i;
      return indices;
    }();
    std::array<ColumnWriter, columns_by_key.size()> columns_;
  };

  ColumnWriter& at(CallColumn column) { return columns_[static_cast<std::size_t>(column)]; }
  std::uint32_t key_of(const Call& call);
  void add_times(const Call& call, std::uint32_t task, Group& group);
  std::uint8_t add_args(const Args& args, CallerState& caller, Group& group);
  std::uint8_t add_details(const Call& call, const Args& args, std::uint32_t group_number, KeyState& key, CallerState& caller);
  ByteSpan layout_of(const Call& call, const Args& args, Group& group);
  std::uint64_t words_to_pointer(const Call& call, std::size_t index);
  void add_contents(const Call& call, std::uint32_t group_number, BlockState& state);
  bool add_stack(const Call& call, std::uint32_t group_number, CallerState& caller);
  template <typename Groups>
  static auto in_use(Groups& groups, std::size_t count) {
    return std::span(groups).first(std::min<std::size_t>(count, call_groups));
  }
  auto groups_in_use() { return in_use(groups_, keys_.size()); }
  auto groups_in_use() const { return in_use(groups_, keys_.size()); }
  auto task_keys_in_use() { return in_use(task_keys_, task_ends_.size()); }
  auto task_keys_in_use() const { return in_use(task_keys_, task_ends_.size()); }

  static constexpr std::size_t direct_numbers = 1024;

  std::array<ColumnWriter, call_column_count> columns_;
  ContentsWriter contents_;
  StringTableWriter layouts_;
  std::vector<std::byte> tags_;         // of the call in work
  std::uint64_t pointer_cursor_ = 0;    // in its words, behind the last pointer found
  std::vector<CallKey> keys_;
  std::vector<KeyState> key_states_;
  CallerStates caller_states_;
  std::vector<std::uint8_t> declared_;  // arguments, of each key
  std::vector<std::uint32_t> direct_keys_;  // number in keys_ + 1, by ABI and call number
  std::unordered_map<std::uint64_t, std::uint32_t> other_keys_;
  std::vector<std::int64_t> task_ends_;
  std::int64_t recent_end_ = 0;
  std::array<Group, call_groups> groups_;  // wait for arrange()
  std::array<ColumnWriter, call_groups> task_keys_;  // so do the keys of each task
  std::array<std::vector<std::size_t>, call_column_count> group_ends_;
  std::bitset<4096> errors_;
  std::uint32_t count_ = 0;
};

}  // namespace sysreel
