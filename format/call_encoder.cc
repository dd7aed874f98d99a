#include "format/call_encoder.h"

#include <algorithm>
#include <cstring>

#include "format/declared_arguments.h"

namespace sysreel {
namespace {

constexpr std::int64_t no_end = INT64_MIN;
constexpr std::size_t abi_count = 4;
constexpr std::uint64_t no_pointer = UINT64_MAX;
constexpr std::size_t pointer_search_limit = 4096;  // words looked at for one block

constexpr std::array<std::array<std::uint64_t, 6>, 7> masks_by_count() {
  std::array<std::array<std::uint64_t, 6>, 7> masks{};
  for (std::size_t count = 0; count < masks.size(); ++count) {
    for (std::size_t slot = 0; slot < count; ++slot) masks[count][slot] = ~std::uint64_t{0};
  }
  return masks;
}
constexpr auto declared_masks = masks_by_count();  // which arguments are kept, by their number

std::uint64_t load_word(const std::byte* at, unsigned size) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, size);
  return word;
}

}  // namespace

CallEncoder::CallEncoder() : direct_keys_(abi_count * direct_numbers) {}

void CallEncoder::add(const Call& call, std::uint32_t task) {
  const std::uint32_t key_index = key_of(call);
  const std::uint32_t group_number = group_of(key_index);
  KeyState& key = key_states_[key_index];
  CallerState& caller = caller_states_.of(key_index, task);
  Group& group = groups_[group_number];
  at(CallColumn::tasks).put(task);
  task_keys_[group_of(task)].put(key_index);
  add_times(call, task, group);

  // Registers beyond the declared arguments hold what was left in them: noise, a fifth of a compile job's reel.
  const Args& mask = declared_masks[declared_[key_index]];
  Args args;
  for (std::size_t slot = 0; slot < args.size(); ++slot) args[slot] = call.args[slot] & mask[slot];
  std::uint8_t changes = add_args(args, caller, group);
  if (call.result != key.result) {
    changes |= change_result;
    group.at(CallColumn::results).put_signed(is_large(key.result) ? difference(call.result, key.result) : call.result);
    key.result = call.result;
  }
  if (call.result < 0 && call.result > -4096) errors_.set(static_cast<std::size_t>(-call.result));
  const std::uint8_t details = add_details(call, args, group_number, key, caller);
  if (details != 0) {
    changes |= change_details;
    group.at(CallColumn::details).put_byte(details);
  }
  group.at(CallColumn::changes).put_byte(changes);
  ++count_;
}

std::uint32_t CallEncoder::key_of(const Call& call) {
  const auto abi = static_cast<std::size_t>(call.abi);
  const auto number = static_cast<std::uint32_t>(raw(call.nr));
  std::uint32_t* known = nullptr;  // number of the key + 1
  if (abi < abi_count && number < direct_numbers) {
    known = &direct_keys_[abi * direct_numbers + number];
  } else {
    known = &other_keys_[std::uint64_t{abi} << 32 | number];
  }
  if (*known == 0) {
    keys_.push_back({call.abi, call.nr});
    key_states_.emplace_back();
    declared_.push_back(declared_arguments(call.abi, call.nr));
    at(CallColumn::keyAbis).put_byte(static_cast<std::uint8_t>(abi));
    at(CallColumn::keyNumbers).put_signed(raw(call.nr));
    *known = static_cast<std::uint32_t>(keys_.size());
  }
  return *known - 1;
}

void CallEncoder::add_times(const Call& call, std::uint32_t task, Group& group) {
  if (task >= task_ends_.size()) task_ends_.resize(task + 1, no_end);
  std::int64_t& task_end = task_ends_[task];
  const std::int64_t gap = difference(call.start.value, task_end == no_end ? recent_end_ : task_end);
  const std::int64_t duration = call.duration.value;
  group.at(CallColumn::gapsLow).put_byte(static_cast<std::uint8_t>(gap));
  group.at(CallColumn::gapsHigh).put_signed(gap >> 8);
  group.at(CallColumn::durationsLow).put_byte(static_cast<std::uint8_t>(duration));
  group.at(CallColumn::durationsHigh).put_signed(duration >> 8);
  const bool measured = call.on_cpu.value >= 0;
  group.at(CallColumn::onCpu).put(!measured                       ? on_cpu_unknown
                                  : call.on_cpu.value == duration ? on_cpu_throughout
                                                                  : static_cast<std::uint64_t>(call.on_cpu.value) + on_cpu_known);
  task_end = recent_end_ = sum(call.start.value, duration);
}

std::uint8_t CallEncoder::add_args(const Args& args, CallerState& caller, Group& group) {
  std::uint8_t changes = 0;
  const auto expect = [&](unsigned slot, std::uint64_t& expected) {
    if (args[slot] == expected) return;
    changes |= 1 << slot;
    const auto column = static_cast<CallColumn>(static_cast<unsigned>(CallColumn::args0) + slot);
    group.at(column).put_signed(static_cast<std::int64_t>(args[slot] - expected));
    expected = args[slot];
  };
  OtherArguments& others = caller_states_.others(caller, args[0]);
  expect(0, caller.first_argument);
  for (unsigned slot = 1; slot < args.size(); ++slot) expect(slot, others[slot - 1]);
  return changes;
}

std::uint8_t CallEncoder::add_details(const Call& call, const Args& args, std::uint32_t group_number, KeyState& key, CallerState& caller) {
  Group& group = groups_[group_number];
  BlockState& blocks = key.blocks[outcome_of(call.result)];
  std::uint8_t details = 0;
  if (call.flags != key.flags) {
    details |= detail_flags;
    group.at(CallColumn::flags).put(key.flags = call.flags);
  }
  if (call.ip != caller.ip) {
    details |= detail_ip;
    group.at(CallColumn::ips).put_signed(static_cast<std::int64_t>(call.ip - caller.ip));
    caller.ip = call.ip;
  }
  const ByteSpan layout = layout_of(call, args, group);
  const bool same_layout =
      layout.empty() ? blocks.layout == 0 : blocks.layout != 0 && layouts_.equals(blocks.layout - 1, layout);
  if (!same_layout) {
    details |= detail_layout;
    blocks.layout = layout.empty() ? 0 : layouts_.intern(layout).id + 1;
    group.at(CallColumn::layouts).put(blocks.layout);
  }
  add_contents(call, group_number, blocks);
  if (add_stack(call, group_number, caller)) details |= detail_stack;
  return details;
}

// One tag a block. What a tag only announces goes into its column at once.
ByteSpan CallEncoder::layout_of(const Call& call, const Args& args, Group& group) {
  tags_.clear();
  pointer_cursor_ = 0;
  std::uint64_t expected = args[0];
  for (std::size_t i = 0; i < call.blocks.size(); ++i) {
    const Block& block = call.blocks[i];
    std::uint8_t tag = 0;
    while (tag < args.size() && args[tag] != block.address) ++tag;
    if (tag == args.size()) {
      const std::uint64_t skip = words_to_pointer(call, i);
      if (skip != no_pointer) {
        tag = source_pointer;
        group.at(CallColumn::blockPointers).put(skip);
      } else {
        tag = source_explicit;
        group.at(CallColumn::blockAddresses).put_signed(static_cast<std::int64_t>(block.address - expected));
      }
    }
    expected = block.address + block.data.size();
    if (block.phase == Phase::exit) tag |= tag_exit;
    tag |= static_cast<std::uint8_t>(block.end) << tag_end_shift;
    if (block.wanted == block.data.size()) {
      tag |= tag_wanted_whole;
    } else {
      group.at(CallColumn::blockWanted).put(block.wanted);
    }
    tags_.push_back(static_cast<std::byte>(tag));
  }
  return tags_;
}

// The words of all blocks before `index` form a ring; tells how many to skip from the word behind the last pointer found
// until one that is this block's address.
std::uint64_t CallEncoder::words_to_pointer(const Call& call, std::size_t index) {
  const unsigned size = word_size(call.abi);
  const std::uint64_t wanted = call.blocks[index].address;
  std::uint64_t found = no_pointer;  // the first at or behind the cursor, else the first at all
  std::uint64_t words = 0;
  for (const Block& block : call.blocks.first(index)) {
    const std::byte* const begin = block.data.data();
    const std::byte* const end = begin + block.data.size() / size * size;
    const bool look = words < pointer_search_limit && (found == no_pointer || found < pointer_cursor_);
    for (const std::byte* at = begin; look && at != end; at += size) {
      if (load_word(at, size) != wanted) continue;
      const std::uint64_t position = words + static_cast<std::uint64_t>(at - begin) / size;
      if (found == no_pointer || position >= pointer_cursor_) found = position;
      if (position >= pointer_cursor_) break;
    }
    words += static_cast<std::uint64_t>(end - begin) / size;
  }
  if (found == no_pointer) return no_pointer;
  const std::uint64_t skip = (found + words - pointer_cursor_) % words;
  pointer_cursor_ = found + 1;
  return skip;
}

void CallEncoder::add_contents(const Call& call, std::uint32_t group_number, BlockState& state) {
  ColumnWriter& codes = groups_[group_number].at(CallColumn::blockContents);
  for (std::size_t i = 0; i < call.blocks.size(); ++i) {
    const ByteSpan content = call.blocks[i].data;
    if (i < state.contents_known && contents_.equals(state.contents[i], content)) {
      codes.put(content_again);
      continue;
    }
    const std::uint32_t place = block_place(group_number, i);
    const StringTableWriter::Entry entry = contents_.intern(content, place);
    codes.put(entry.fresh ? content_next : contents_.reference(entry.id, place) + content_known);
    if (i < remembered_blocks) state.contents[i] = entry.id;
  }
  const auto known = static_cast<std::uint32_t>(std::min(call.blocks.size(), remembered_blocks));
  state.contents_known = std::max(state.contents_known, known);
}

bool CallEncoder::add_stack(const Call& call, std::uint32_t group_number, CallerState& caller) {
  ColumnWriter& codes = groups_[group_number].at(CallColumn::stacks);
  if (call.stack.empty()) {
    if (caller.stack == 0) return false;
    caller.stack = 0;
    codes.put(stack_none);
    return true;
  }
  const ByteSpan words = std::as_bytes(call.stack);
  if (caller.stack != 0 && contents_.equals(caller.stack - 1, words)) return false;
  const std::uint32_t place = stack_place(group_number);
  const StringTableWriter::Entry entry = contents_.intern(words, place);
  caller.stack = entry.id + 1;
  codes.put(entry.fresh ? stack_next : contents_.reference(entry.id, place) + stack_known);
  return true;
}

void CallEncoder::arrange() {
  const auto move_to = [this](CallColumn column, ColumnWriter& part) {
    at(column).append(part);
    part.clear();
    group_ends_[static_cast<std::size_t>(column)].push_back(at(column).size());
  };
  for (ColumnWriter& keys : task_keys_in_use()) move_to(CallColumn::keys, keys);
  for (std::size_t i = 0; i < columns_by_key.size(); ++i) {
    for (Group& group : groups_in_use()) move_to(columns_by_key[i], group.columns()[i]);
  }
  contents_.arrange();
}

std::size_t CallEncoder::bytes() const {
  std::size_t total = contents_.bytes() + layouts_.lengths().size() + layouts_.bytes().size();
  for (const ColumnWriter& column : columns_) total += column.size();
  for (const Group& group : groups_in_use()) {
    for (const ColumnWriter& column : group.columns()) total += column.size();
  }
  for (const ColumnWriter& keys : task_keys_in_use()) total += keys.size();
  return total;
}

ByteSpan CallEncoder::column(CallColumn column) const {
  switch (column) {
    case CallColumn::contentPlaces: return contents_.places().bytes();
    case CallColumn::contentLengths: return contents_.lengths().bytes();
    case CallColumn::contentBytes: return contents_.contents().bytes();
    case CallColumn::layoutLengths: return layouts_.lengths().bytes();
    case CallColumn::layoutTags: return layouts_.bytes().bytes();
    case CallColumn::keyAbis: return columns_[static_cast<std::size_t>(column)].bytes();
    default: return columns_[static_cast<std::size_t>(column)].column();
  }
}

std::span<const std::size_t> CallEncoder::group_ends(CallColumn column) const {
  return column == CallColumn::contentBytes ? contents_.place_ends() : group_ends_[static_cast<std::size_t>(column)];
}

void CallEncoder::clear(Nanos base_time) {
  for (const CallKey& key : keys_) {
    const auto abi = static_cast<std::size_t>(key.abi);
    const auto number = static_cast<std::uint32_t>(raw(key.nr));
    if (abi < abi_count && number < direct_numbers) direct_keys_[abi * direct_numbers + number] = 0;
  }
  for (Group& group : groups_in_use()) {
    for (ColumnWriter& column : group.columns()) column.clear();
  }
  for (ColumnWriter& keys : task_keys_in_use()) keys.clear();
  other_keys_.clear();
  keys_.clear();
  key_states_.clear();
  caller_states_.clear();
  declared_.clear();
  for (ColumnWriter& column : columns_) column.clear();
  for (std::vector<std::size_t>& ends : group_ends_) ends.clear();
  contents_.clear();
  layouts_.clear();
  task_ends_.clear();
  recent_end_ = base_time.value;
  errors_.reset();
  count_ = 0;
}

}  // namespace sysreel
