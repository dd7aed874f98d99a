#include "format/call_decoder.h"

#include <algorithm>
#include <cstring>

#include "format/limits.h"

namespace sysreel {
namespace {

constexpr std::int64_t no_end = INT64_MIN;

Error misfit(CallColumn column) {
  return {ErrorKind::damaged,
          std::string("column ") + call_column_names[static_cast<std::size_t>(column)] + " does not fit the chunk's calls"};
}

}  // namespace

Result<void> CallDecoder::load(const Source& source, std::size_t count, Nanos base_time, std::span<const TaskKey> tasks) {
  source_ = source;
  count_ = count;
  base_time_ = base_time;
  tasks_ = tasks;
  decoded_ = Columns::none;
  task_.clear();
  key_.clear();
  start_.clear();
  duration_.clear();
  on_cpu_.clear();
  flags_.clear();
  result_.clear();
  args_.clear();
  changes_.clear();
  return load_keys();
}

Result<void> CallDecoder::load_keys() {
  keys_.clear();
  if (source(CallColumn::keyAbis).size() > count_) return misfit(CallColumn::keyAbis);
  ColumnReader numbers = reader(CallColumn::keyNumbers);
  for (const std::byte abi : source(CallColumn::keyAbis)) {
    const std::int64_t number = numbers.get_signed();
    if (number != static_cast<std::int32_t>(number)) return misfit(CallColumn::keyNumbers);
    if (abi > static_cast<std::byte>(Abi::aarch64)) {
      return Error{ErrorKind::unsupported, "the chunk has calls of an ABI that this version does not know"};
    }
    keys_.push_back({static_cast<Abi>(abi), SyscallNr{static_cast<std::int32_t>(number)}});
  }
  if (!numbers.spent()) return misfit(CallColumn::keyNumbers);
  return {};
}

Result<void> CallDecoder::decode(Columns wanted) {
  if (contains(wanted, Columns::start)) wanted = wanted | Columns::task | Columns::duration;
  if (contains(wanted, Columns::on_cpu)) wanted = wanted | Columns::duration;
  if (contains(wanted, Columns::duration)) wanted = wanted | Columns::key;
  if (contains(wanted, Columns::flags)) wanted = wanted | Columns::key;
  if (contains(wanted, Columns::result)) wanted = wanted | Columns::key;
  if (contains(wanted, Columns::args)) wanted = wanted | Columns::key;
  if (contains(wanted, Columns::key)) wanted = wanted | Columns::task;

  const auto needed = [&](Columns column) { return contains(wanted, column) && !contains(decoded_, column); };
  Result<void> done;
  const auto step = [&](Columns column, auto&& decode) {
    if (!done || !needed(column)) return;
    done = decode();
    if (done) decoded_ = decoded_ | column;
  };
  step(Columns::task, [&] { return decode_indices(CallColumn::tasks, tasks_.size(), task_); });
  step(Columns::key, [&] { return decode_keys(); });
  step(Columns::duration, [&] { return decode_split(CallColumn::durationsLow, CallColumn::durationsHigh, duration_); });
  step(Columns::start, [&] { return decode_start(); });
  step(Columns::on_cpu, [&] { return decode_on_cpu(); });
  step(Columns::flags, [&] { return decode_flags(); });
  step(Columns::result, [&] { return decode_result(); });
  step(Columns::args, [&] { return decode_args(); });
  return done;
}

Result<void> CallDecoder::decode_indices(CallColumn column, std::size_t limit, std::vector<std::uint32_t>& out) const {
  const ByteSpan bytes = source(column);
  out.resize(count_);
  std::uint64_t largest = 0;
  if (bytes.size() == count_) {  // as many bytes as numbers: each number is a byte
    for (std::size_t i = 0; i < count_; ++i) {
      out[i] = static_cast<std::uint32_t>(bytes[i]);
      largest = std::max<std::uint64_t>(largest, out[i]);
    }
    if (largest >= 0x80) return misfit(column);
  } else {
    ColumnReader numbers(bytes);
    for (std::uint32_t& number : out) {
      const std::uint64_t value = numbers.get();
      largest = std::max(largest, value);
      number = static_cast<std::uint32_t>(value);
    }
    if (!numbers.spent()) return misfit(column);
  }
  if (count_ != 0 && largest >= limit) return misfit(column);
  return {};
}

Result<void> CallDecoder::decode_keys() {
  const bool one_task = tasks_.size() == 1;  // whose order is the calls'
  if (Result<void> decoded = decode_indices(CallColumn::keys, keys_.size(), one_task ? key_ : stored_keys_); !decoded) return decoded;
  if (!one_task) into_call_order<std::uint32_t>(task_, stored_keys_, key_);
  groups_.sort(key_);

  const ByteSpan changes = source(CallColumn::changes);
  changes_.assign(count_, std::byte{0});
  if (changes.empty()) return {};
  if (changes.size() != count_) return misfit(CallColumn::changes);
  for (std::size_t i = 0; i < count_; ++i) changes_[groups_.calls()[i]] = changes[i];
  return {};
}

Result<void> CallDecoder::decode_split(CallColumn low, CallColumn high, std::vector<std::int64_t>& out) const {
  const ByteSpan low_bytes = source(low);
  const ByteSpan high_bytes = source(high);
  if (!low_bytes.empty() && low_bytes.size() != count_) return misfit(low);
  out.resize(count_);
  const std::span<const std::uint32_t> calls = groups_.calls();
  const auto low_byte = [&](std::size_t i) { return low_bytes.empty() ? 0 : static_cast<std::int64_t>(low_bytes[i]); };
  if (high_bytes.size() == count_) {
    std::uint64_t largest = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      const auto value = static_cast<std::uint64_t>(high_bytes[i]);
      largest = std::max(largest, value);
      out[calls[i]] = unzigzag(value) * 256 | low_byte(i);
    }
    if (largest >= 0x80) return misfit(high);
  } else {
    ColumnReader numbers(high_bytes);
    for (std::size_t i = 0; i < count_; ++i) {
      out[calls[i]] = static_cast<std::int64_t>(static_cast<std::uint64_t>(numbers.get_signed()) << 8) | low_byte(i);
    }
    if (!numbers.spent()) return misfit(high);
  }
  return {};
}

Result<void> CallDecoder::decode_start() {
  if (Result<void> gaps = decode_split(CallColumn::gapsLow, CallColumn::gapsHigh, start_); !gaps) return gaps;
  std::vector<std::int64_t> task_ends(tasks_.size(), no_end);
  std::int64_t recent_end = base_time_.value;
  for (std::size_t i = 0; i < count_; ++i) {
    std::int64_t& task_end = task_ends[task_[i]];
    start_[i] = sum(start_[i], task_end == no_end ? recent_end : task_end);
    task_end = recent_end = sum(start_[i], duration_[i]);
  }
  return {};
}

Result<void> CallDecoder::decode_on_cpu() {
  ColumnReader numbers = reader(CallColumn::onCpu);
  on_cpu_.resize(count_);
  for (const std::uint32_t i : groups_.calls()) {
    const std::uint64_t code = numbers.get();
    on_cpu_[i] = code == on_cpu_unknown      ? -1
                 : code == on_cpu_throughout ? duration_[i]
                                             : static_cast<std::int64_t>(code - on_cpu_known);
  }
  if (!numbers.spent()) return misfit(CallColumn::onCpu);
  return {};
}

Result<void> CallDecoder::decode_flags() {
  ColumnReader details = reader(CallColumn::details);
  ColumnReader numbers = reader(CallColumn::flags);
  std::vector<std::uint16_t> last(keys_.size());
  flags_.resize(count_);
  details_.resize(count_);
  for (const std::uint32_t i : groups_.calls()) {
    std::uint16_t& flags = last[key_[i]];
    details_[i] = static_cast<std::uint8_t>(changes_[i]) & change_details ? details.byte() : 0;
    if (details_[i] & detail_flags) {
      const std::uint64_t value = numbers.get();
      if (value > UINT16_MAX) return misfit(CallColumn::flags);
      flags = static_cast<std::uint16_t>(value);
    }
    flags_[i] = flags;
  }
  if (!details.spent()) return misfit(CallColumn::details);
  if (!numbers.spent()) return misfit(CallColumn::flags);
  return {};
}

Result<void> CallDecoder::decode_result() {
  ColumnReader numbers = reader(CallColumn::results);
  std::vector<std::int64_t> last(keys_.size());
  result_.resize(count_);
  for (const std::uint32_t i : groups_.calls()) {
    std::int64_t& result = last[key_[i]];
    if (static_cast<std::uint8_t>(changes_[i]) & change_result) {
      const std::int64_t value = numbers.get_signed();
      result = is_large(result) ? sum(result, value) : value;
    }
    result_[i] = result;
  }
  if (!numbers.spent()) return misfit(CallColumn::results);
  return {};
}

Result<void> CallDecoder::decode_args() {
  std::array<ColumnReader, 6> numbers;
  for (unsigned slot = 0; slot < 6; ++slot) {
    numbers[slot] = ColumnReader(source_[static_cast<std::size_t>(CallColumn::args0) + slot]);
  }
  callers_.clear();
  args_.resize(count_);
  for (const std::uint32_t i : groups_.calls()) {
    CallerState& caller = callers_.of(key_[i], task_[i]);
    const auto changes = static_cast<std::uint8_t>(changes_[i]);
    std::array<std::uint64_t, 6>& args = args_[i];
    if (changes & 1) caller.first_argument += static_cast<std::uint64_t>(numbers[0].get_signed());
    args[0] = caller.first_argument;
    OtherArguments& others = callers_.others(caller, args[0]);
    for (unsigned slot = 1, left = changes >> 1 & 0x1f; left != 0; ++slot, left >>= 1) {
      if (left & 1) others[slot - 1] += static_cast<std::uint64_t>(numbers[slot].get_signed());
    }
    std::copy(others.begin(), others.end(), args.begin() + 1);
  }
  for (unsigned slot = 0; slot < 6; ++slot) {
    if (!numbers[slot].spent()) return misfit(static_cast<CallColumn>(static_cast<unsigned>(CallColumn::args0) + slot));
  }
  return {};
}

// --- whole calls ----------------------------------------------------------------------------------------------------------

Result<void> CallDecoder::begin_calls() {
  const Columns all = Columns::task | Columns::key | Columns::start | Columns::duration | Columns::on_cpu | Columns::flags |
                      Columns::result | Columns::args;
  if (Result<void> decoded = decode(all); !decoded) return decoded;
  if (!layouts_.load(source(CallColumn::layoutLengths), source(CallColumn::layoutTags))) return misfit(CallColumn::layoutTags);
  if (!contents_.load(source(CallColumn::contentPlaces), source(CallColumn::contentLengths), source(CallColumn::contentBytes))) {
    return misfit(CallColumn::contentBytes);
  }
  position_ = 0;
  if (Result<void> decoded = decode_blocks(); !decoded) return decoded;
  return decode_callers();
}

// Instruction pointers and stacks, which belong to a caller. Needs the details, which come with the flags.
Result<void> CallDecoder::decode_callers() {
  ColumnReader ips = reader(CallColumn::ips);
  stack_codes_ = reader(CallColumn::stacks);
  callers_.clear();
  ips_.resize(count_);
  stacks_.assign(stack_codes_.at_end() ? 0 : count_, 0);
  for (const std::uint32_t i : groups_.calls()) {
    CallerState& caller = callers_.of(key_[i], task_[i]);
    if (details_[i] & detail_ip) caller.ip += static_cast<std::uint64_t>(ips.get_signed());
    ips_[i] = caller.ip;
    if (details_[i] & detail_stack) {
      const std::optional<std::uint32_t> stack = next_stack(group_of(key_[i]));
      if (!stack) return misfit(CallColumn::stacks);
      caller.stack = *stack;
    }
    if (!stacks_.empty()) stacks_[i] = caller.stack;
  }
  if (!ips.spent()) return misfit(CallColumn::ips);
  if (!stack_codes_.spent()) return misfit(CallColumn::stacks);
  return {};
}

Result<void> CallDecoder::decode_blocks() {
  layout_numbers_ = reader(CallColumn::layouts);
  block_contents_ = reader(CallColumn::blockContents);
  block_wanted_ = reader(CallColumn::blockWanted);
  block_pointers_ = reader(CallColumn::blockPointers);
  block_addresses_ = reader(CallColumn::blockAddresses);
  std::vector<std::array<BlockState, outcome_count>> states(keys_.size());
  blocks_.clear();
  first_blocks_.resize(count_);
  block_counts_.resize(count_);
  for (const std::uint32_t i : groups_.calls()) {
    BlockState& state = states[key_[i]][outcome_of(result_[i])];
    if (details_[i] & detail_layout) {
      const std::uint64_t number = layout_numbers_.get();
      if (number > layouts_.size()) return misfit(CallColumn::layouts);
      state.layout = static_cast<std::uint32_t>(number);
    }
    first_blocks_[i] = static_cast<std::uint32_t>(blocks_.size());
    block_counts_[i] = 0;
    if (state.layout == 0) continue;
    words_before_.clear();
    pointer_cursor_ = 0;
    expected_address_ = args_[i][0];
    const ByteSpan tags = layouts_[state.layout - 1];
    if (blocks_.size() + tags.size() > limits::chunk_blocks) return misfit(CallColumn::blockContents);
    for (std::size_t position = 0; position < tags.size(); ++position) {
      if (!add_block(static_cast<std::uint8_t>(tags[position]), position, group_of(key_[i]), i, state)) {
        return misfit(CallColumn::blockContents);
      }
    }
    block_counts_[i] = static_cast<std::uint32_t>(tags.size());
    const auto known = static_cast<std::uint32_t>(std::min(tags.size(), remembered_blocks));
    state.contents_known = std::max(state.contents_known, known);
  }
  if (!layout_numbers_.spent()) return misfit(CallColumn::layouts);
  if (!block_contents_.spent()) return misfit(CallColumn::blockContents);
  if (!block_wanted_.spent()) return misfit(CallColumn::blockWanted);
  if (!block_pointers_.spent()) return misfit(CallColumn::blockPointers);
  if (!block_addresses_.spent()) return misfit(CallColumn::blockAddresses);
  return {};
}

void CallDecoder::next(Call& call) {
  const std::size_t i = position_++;
  const CallKey& call_key = keys_[key_[i]];
  const TaskKey& task = tasks_[task_[i]];
  call.pid = task.pid;
  call.tid = task.tid;
  call.start = {start_[i]};
  call.duration = {duration_[i]};
  call.on_cpu = {on_cpu_[i]};
  call.abi = call_key.abi;
  call.flags = flags_[i];
  call.nr = call_key.nr;
  call.args = args_[i];
  call.result = result_[i];
  call.ip = ips_[i];
  call.blocks = std::span(blocks_).subspan(first_blocks_[i], block_counts_[i]);
  call.stack = {};
  if (!stacks_.empty() && stacks_[i] != 0) {
    const ByteSpan words = contents_[stacks_[i] - 1];
    stack_.resize(words.size() / sizeof(std::uint64_t));
    if (!words.empty()) std::memcpy(stack_.data(), words.data(), words.size());
    call.stack = stack_;
  }
}

bool CallDecoder::add_block(std::uint8_t tag, std::size_t position, std::uint32_t group, std::size_t call, BlockState& state) {
  Block block;
  const std::uint8_t source = tag & source_mask;
  if (source == source_pointer) {
    const std::span<const Block> before = std::span(blocks_).last(position);
    const unsigned word = word_size(keys_[key_[call]].abi);
    if (!follow_pointer(block_pointers_.get(), word, before, block.address)) return false;
  } else if (source == source_explicit) {
    block.address = expected_address_ + static_cast<std::uint64_t>(block_addresses_.get_signed());
  } else {
    block.address = args_[call][source];
  }
  const std::optional<std::uint32_t> content = next_content(position, group, state);
  if (!content) return false;
  block.data = contents_[*content];
  const unsigned end = tag >> tag_end_shift & 3;
  if (end > static_cast<unsigned>(BlockEnd::fault)) return false;
  block.end = static_cast<BlockEnd>(end);
  block.phase = tag & tag_exit ? Phase::exit : Phase::entry;
  const std::uint64_t wanted = tag & tag_wanted_whole ? block.data.size() : block_wanted_.get();
  if (wanted > UINT32_MAX) return false;
  block.wanted = static_cast<std::uint32_t>(wanted);
  expected_address_ = block.address + block.data.size();
  blocks_.push_back(block);
  return true;
}

bool CallDecoder::follow_pointer(std::uint64_t skip, unsigned word, std::span<const Block> before, std::uint64_t& address) {
  for (std::size_t i = words_before_.size(); i < before.size(); ++i) {
    words_before_.push_back((i == 0 ? 0 : words_before_.back()) + before[i].data.size() / word);
  }
  const std::uint64_t words = words_before_.empty() ? 0 : words_before_.back();
  if (skip >= words) return false;
  const std::uint64_t position = (pointer_cursor_ + skip) % words;
  const auto holder = std::upper_bound(words_before_.begin(), words_before_.end(), position);
  const std::uint64_t first = holder == words_before_.begin() ? 0 : *(holder - 1);
  const Block& block = before[static_cast<std::size_t>(holder - words_before_.begin())];
  address = 0;
  std::memcpy(&address, block.data.data() + (position - first) * word, word);
  pointer_cursor_ = position + 1;
  return true;
}

std::optional<std::uint32_t> CallDecoder::next_content(std::size_t position, std::uint32_t group, BlockState& state) {
  const std::uint64_t code = block_contents_.get();
  if (!block_contents_.good()) return std::nullopt;
  std::optional<std::uint32_t> content;
  if (code == content_again) {
    if (position < state.contents_known) content = state.contents[position];
  } else if (const std::uint32_t place = block_place(group, position); code == content_next) {
    content = contents_.next(place);
  } else {
    content = contents_.find(code - content_known, place);
  }
  if (content && position < remembered_blocks) state.contents[position] = *content;
  return content;
}

// 0, or the number of the content + 1.
std::optional<std::uint32_t> CallDecoder::next_stack(std::uint32_t group) {
  const std::uint64_t code = stack_codes_.get();
  if (!stack_codes_.good()) return std::nullopt;
  if (code == stack_none) return 0;
  const std::uint32_t place = stack_place(group);
  const auto content = code == stack_next ? contents_.next(place) : contents_.find(code - stack_known, place);
  if (!content || contents_[*content].size() % sizeof(std::uint64_t) != 0) return std::nullopt;
  return *content + 1;
}

}  // namespace sysreel
