// Turns the columns of a chunk back into calls: column by column, or whole calls in order. See "Calls" in FORMAT.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/call_columns.h"
#include "format/call_groups.h"
#include "format/call_states.h"
#include "format/chunk_view.h"
#include "format/column.h"
#include "format/contents.h"
#include "format/event.h"
#include "format/result.h"
#include "format/string_table.h"

namespace sysreel {

// Decodes one chunk at a time and keeps its memory for the next. Views point into the chunk that was loaded.
// Whatever the columns hold, nothing is read outside of them; what does not fit is Error{damaged}.
class CallDecoder {
 public:
  using Source = std::array<ByteSpan, call_column_count>;

  // Begins with a chunk of `count` calls.
  Result<void> load(const Source& source, std::size_t count, Nanos base_time, std::span<const TaskKey> tasks);

  Result<void> decode(Columns wanted);

  std::size_t count() const { return count_; }
  std::span<const CallKey> keys() const { return keys_; }
  std::span<const std::uint32_t> task() const { return task_; }
  std::span<const std::uint32_t> key() const { return key_; }
  std::span<const std::int64_t> start() const { return start_; }
  std::span<const std::int64_t> duration() const { return duration_; }
  std::span<const std::int64_t> on_cpu() const { return on_cpu_; }
  std::span<const std::uint16_t> flags() const { return flags_; }
  std::span<const std::int64_t> result() const { return result_; }
  std::span<const std::array<std::uint64_t, 6>> args() const { return args_; }

  // Prepares next(): decodes all columns.
  Result<void> begin_calls();
  // The next of count() calls; valid until the next call of this.
  void next(Call& call);

 private:
  ByteSpan source(CallColumn column) const { return source_[static_cast<std::size_t>(column)]; }
  ColumnReader reader(CallColumn column) const { return ColumnReader(source(column)); }
  Result<void> load_keys();
  Result<void> decode_indices(CallColumn column, std::size_t limit, std::vector<std::uint32_t>& out) const;
  Result<void> decode_keys();
  Result<void> decode_split(CallColumn low, CallColumn high, std::vector<std::int64_t>& out) const;
  Result<void> decode_start();
  Result<void> decode_on_cpu();
  Result<void> decode_flags();
  Result<void> decode_result();
  Result<void> decode_args();
  Result<void> decode_callers();
  Result<void> decode_blocks();
  bool add_block(std::uint8_t tag, std::size_t position, std::uint32_t group, std::size_t call, BlockState& state);
  bool follow_pointer(std::uint64_t skip, unsigned word, std::span<const Block> before, std::uint64_t& address);
  std::optional<std::uint32_t> next_content(std::size_t position, std::uint32_t group, BlockState& state);
  std::optional<std::uint32_t> next_stack(std::uint32_t group);

  Source source_;
  std::size_t count_ = 0;
  Nanos base_time_;
  std::span<const TaskKey> tasks_;
  Columns decoded_ = Columns::none;
  std::vector<CallKey> keys_;
  std::vector<std::byte> changes_;

  std::vector<std::uint32_t> task_;
  std::vector<std::uint32_t> key_;
  CallGroups groups_;  // by key_
  std::vector<std::uint32_t> stored_keys_;  // as they stand, by task
  std::vector<std::int64_t> start_;
  std::vector<std::int64_t> duration_;
  std::vector<std::int64_t> on_cpu_;
  std::vector<std::uint8_t> details_;
  std::vector<std::uint16_t> flags_;
  std::vector<std::int64_t> result_;
  std::vector<std::array<std::uint64_t, 6>> args_;
  CallerStates callers_;

  // What only whole calls need.
  std::vector<std::uint64_t> ips_;
  StringTable layouts_;
  Contents contents_;
  ColumnReader layout_numbers_, stack_codes_, block_contents_, block_wanted_, block_pointers_, block_addresses_;
  std::vector<std::uint32_t> stacks_;  // of each call: 0, or number of the content + 1; empty if no call has one
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> first_blocks_;  // of each call, in blocks_
  std::vector<std::uint32_t> block_counts_;
  // Of the call in work.
  std::vector<std::uint64_t> words_before_;  // of its blocks, up to and with each, as far as a pointer asked for it
  std::uint64_t pointer_cursor_ = 0;
  std::uint64_t expected_address_ = 0;

  std::size_t position_ = 0;  // where next() stands
  std::vector<std::uint64_t> stack_;
};

}  // namespace sysreel
