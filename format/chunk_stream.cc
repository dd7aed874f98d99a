#include "format/chunk_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "format/checksum.h"
#include "format/limits.h"

namespace sysreel {
namespace {

// The upper three bytes of every skippable frame's magic, as they stand in the file.
constexpr unsigned char skippable_tail[3] = {0x2A, 0x4D, 0x18};

bool is_skippable(ByteSpan ahead) {
  return ahead.size() >= frame_prefix_bytes && (static_cast<unsigned>(ahead[0]) & 0xf0) == 0x50 &&
         std::memcmp(ahead.data() + 1, skippable_tail, sizeof skippable_tail) == 0;
}

std::uint32_t skippable_length(ByteSpan ahead) {
  std::uint32_t length;
  std::memcpy(&length, ahead.data() + 4, sizeof length);
  return length;
}

// Whether a frame begins here that could not be anything else.
bool is_landmark(ByteSpan ahead) {
  if (!is_skippable(ahead)) return false;
  if (read_chunk_header(ahead)) return true;
  if (read_footer(ahead)) return true;
  return read_index(ahead).has_value();
}

template <typename Set, typename Wanted>
bool share_one(const Set& set, const Wanted& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const auto& one) { return std::find(set.begin(), set.end(), one) != set.end(); });
}

bool overlaps(const ChunkFilter& filter, Nanos first, Nanos last) { return first <= filter.to && last >= filter.from; }

bool selects(const ChunkFilter& filter) { return filter != ChunkFilter(); }

bool entry_may_match(const ChunkFilter& filter, const IndexEntry& entry) {
  if (!overlaps(filter, entry.first_end, entry.last_time)) return false;
  if (entry.others && !filter.calls_only) return true;
  if (filter.failed_only && entry.errors.empty()) return false;
  if (!filter.errors.empty() && !share_one(entry.errors, filter.errors)) return false;
  if (!filter.tids.empty() && !share_one(entry.tids, filter.tids)) return false;
  return filter.calls.empty() || share_one(entry.calls, filter.calls);
}

}  // namespace

bool may_match(const ChunkFilter& filter, const ChunkHeader& header, const IndexEntry* entry) {
  if (!overlaps(filter, header.first_time, header.last_time)) return false;
  return entry == nullptr || entry_may_match(filter, *entry);
}

ChunkStream::ChunkStream(UniqueFd in, std::string name) : in_(std::move(in)), name_(std::move(name)) {}

Result<Header> ChunkStream::open() {
  const auto fails = [&](ErrorKind kind, const char* what) { return Error{kind, name_ + ": " + what}; };
  const Result<ByteSpan> ahead = in_.peek(preamble_fixed_bytes);
  if (!ahead) return Error{ahead.error().kind, name_ + ": " + ahead.error().message};
  if (ahead->empty()) return fails(ErrorKind::damaged, "the file is empty");
  const std::optional<MessagePart> part = read_preamble(*ahead);
  if (!part) return fails(ErrorKind::damaged, "this is not a reel");
  if (part->major_version != format_major_version) {
    return Error{ErrorKind::unsupported, fmt::format("{}: the reel has format version {}, this program reads version {}", name_,
                                                     part->major_version, format_major_version)};
  }
  if (part->length > limits::header_bytes) return fails(ErrorKind::damaged, "the reel's header claims an absurd length");
  const std::size_t whole = preamble_fixed_bytes + static_cast<std::size_t>(part->length);
  const Result<ByteSpan> frame = in_.peek(whole);
  if (!frame) return Error{frame.error().kind, name_ + ": " + frame.error().message};
  if (frame->size() < whole) return fails(ErrorKind::damaged, "the reel ends within its header");
  const ByteSpan message = frame->subspan(preamble_fixed_bytes, whole - preamble_fixed_bytes);
  if (checksum(message) != part->checksum) return fails(ErrorKind::damaged, "the reel's header is damaged (checksum)");
  Result<Header> header = decode_header(message);
  if (!header) return Error{header.error().kind, name_ + ": " + header.error().message};
  if (Result<void> skipped = in_.skip(whole); !skipped) return skipped.error();
  first_chunk_ = whole;
  return header;
}

const std::vector<IndexEntry>& ChunkStream::index() {
  if (!index_read_ && in_.seekable()) load_index();
  index_read_ = true;
  return index_;
}

// Without a sound index nothing is lost but the ability to skip, so that failures here are only noted.
void ChunkStream::load_index() {
  if (in_.size() < first_chunk_ + footer_bytes) return;
  const Result<Bytes> tail = in_.read_at(in_.size() - footer_bytes, footer_bytes);
  if (!tail) return;
  const std::optional<Footer> footer = read_footer(*tail);
  if (!footer) return;
  const std::uint64_t end = in_.size() - footer_bytes;
  index_problem_ = "the index is damaged";
  if (footer->index_offset > end || footer->index_bytes != end - footer->index_offset) return;
  if (footer->index_bytes < index_fixed_bytes || footer->index_bytes > limits::index_bytes) return;
  const Result<Bytes> frame = in_.read_at(footer->index_offset, static_cast<std::size_t>(footer->index_bytes));
  if (!frame || frame->size() != footer->index_bytes) return;
  const std::optional<MessagePart> part = read_index(*frame);
  const ByteSpan message = ByteSpan(*frame).subspan(index_fixed_bytes);
  if (!part || part->major_version != format_major_version || part->length != message.size()) return;
  if (checksum(message) != part->checksum) return;
  Result<std::vector<IndexEntry>> entries = decode_index(message);
  if (!entries) return;
  const auto by_offset = [](const IndexEntry& a, const IndexEntry& b) { return a.offset < b.offset; };
  if (!std::is_sorted(entries->begin(), entries->end(), by_offset)) return;
  index_ = std::move(*entries);
  index_problem_.clear();
}

Result<void> ChunkStream::rewind() {
  if (!in_.seekable()) return Error{ErrorKind::io, name_ + ": a pipe can be read only once"};
  in_.seek(first_chunk_);
  next_sequence_ = skipped_ = 0;
  last_time_ = {};
  closed_ = ended_ = damaged_before_ = false;
  return {};
}

Problem ChunkStream::problem(std::uint64_t sequence, std::uint64_t offset, std::uint64_t events, const std::string& what) const {
  std::string lost = events == 0 ? "" : fmt::format("; {} events are lost", events);
  return {sequence, offset, events, fmt::format("{}: chunk {} at byte {}: {}{}", name_, sequence, offset, what, lost)};
}

ChunkStream::Item ChunkStream::gap(std::uint64_t offset, std::uint64_t events, const std::string& what) {
  Item item;
  item.is_gap = true;
  item.gap = {problem(next_sequence_, offset, events, what), last_time_, last_time_};
  return item;
}

const IndexEntry* ChunkStream::entry_at(std::uint64_t offset) {
  const std::vector<IndexEntry>& entries = index();
  const auto entry = std::lower_bound(entries.begin(), entries.end(), offset,
                                      [](const IndexEntry& candidate, std::uint64_t at) { return candidate.offset < at; });
  return entry != entries.end() && entry->offset == offset ? &*entry : nullptr;
}

Result<ChunkStream::Item> ChunkStream::next(const ChunkFilter& filter, RawChunk& chunk) {
  while (!ended_) {
    if (selects(filter)) {
      if (Result<void> jumped = jump_to_wanted(filter); !jumped) return jumped.error();
    }
    const Result<ByteSpan> ahead = in_.peek(chunk_header_bytes);
    if (!ahead) return Error{ahead.error().kind, name_ + ": " + ahead.error().message};
    if (ahead->empty()) {
      ended_ = true;
      return Item{};
    }
    if (const std::optional<ChunkHeader> header = read_chunk_header(*ahead)) {
      Result<std::optional<Item>> item = at_chunk(*header, filter, chunk);
      if (!item) return item.error();
      if (*item) return **item;
      continue;
    }
    Result<std::optional<Item>> other = pass_other_frame(*ahead);
    if (!other) return other.error();
    if (*other) return **other;
  }
  return Item{};
}

// With an index, stretches without a wanted chunk are passed in one step.
Result<void> ChunkStream::jump_to_wanted(const ChunkFilter& filter) {
  const IndexEntry* entry = entry_at(in_.offset());
  if (entry == nullptr || entry_may_match(filter, *entry)) return {};
  const IndexEntry* const end = index_.data() + index_.size();
  const IndexEntry* const first = entry;
  while (entry + 1 != end && !entry_may_match(filter, *entry)) ++entry;
  skipped_ += static_cast<std::uint64_t>(entry - first);
  next_sequence_ += static_cast<std::uint64_t>(entry - first);
  return in_.skip(entry->offset - in_.offset());
}

Result<std::optional<ChunkStream::Item>> ChunkStream::at_chunk(const ChunkHeader& header, const ChunkFilter& filter,
                                                               RawChunk& chunk) {
  const std::uint64_t offset = in_.offset();
  if (header.sequence != next_sequence_ && !damaged_before_) {
    Item item = gap(offset, 0, fmt::format("chunk {} follows; what was between is missing", header.sequence));
    next_sequence_ = header.sequence;
    return std::optional(item);
  }
  next_sequence_ = header.sequence;
  damaged_before_ = false;

  const auto lost = [&](const std::string& what) {
    Item item = gap(offset, header.events, what);
    item.gap.from = header.first_time;
    item.gap.to = last_time_ = header.last_time;
    ++next_sequence_;
    return std::optional(item);
  };
  const std::uint64_t whole = chunk_header_bytes + std::uint64_t{header.frame_bytes};
  if (header.frame_bytes > limits::frame_bytes || header.content_bytes > limits::content_bytes ||
      header.content_bytes % sizeof(std::uint64_t) != 0 || header.events > limits::chunk_events) {
    if (Result<void> skipped = in_.skip(whole); !skipped) return skipped.error();
    return lost("the chunk header has sizes beyond what a reel may have");
  }
  if (selects(filter) && !may_match(filter, header, entry_at(offset))) {
    ++skipped_;
    ++next_sequence_;
    last_time_ = header.last_time;
    if (Result<void> skipped = in_.skip(whole); !skipped) return skipped.error();
    return std::optional<Item>();
  }
  const Result<ByteSpan> ahead = in_.peek(static_cast<std::size_t>(whole));
  if (!ahead) return Error{ahead.error().kind, name_ + ": " + ahead.error().message};
  if (ahead->size() < whole) {
    // Either the file was cut, or the length is wrong although the header is sound; nothing can follow.
    ended_ = true;
    return lost("the reel ends within this chunk");
  }
  const ByteSpan frame = ahead->subspan(chunk_header_bytes, header.frame_bytes);
  if (checksum(frame) != header.frame_checksum) {
    if (Result<void> skipped = in_.skip(whole); !skipped) return skipped.error();
    return lost("the chunk is damaged (checksum)");
  }
  chunk.offset = offset;
  chunk.header = header;
  chunk.frame.assign(frame.begin(), frame.end());
  ++next_sequence_;
  last_time_ = header.last_time;
  if (Result<void> skipped = in_.skip(whole); !skipped) return skipped.error();
  Item item;
  item.is_chunk = true;
  return std::optional(item);
}

// The index, the footer, or a frame of a later version; anything else is damage.
Result<std::optional<ChunkStream::Item>> ChunkStream::pass_other_frame(ByteSpan ahead) {
  const std::uint64_t offset = in_.offset();
  if (read_footer(ahead)) {
    closed_ = ended_ = true;
    (void)index();  // to tell whether it is sound
    const bool more = ahead.size() > footer_bytes;
    if (Result<void> skipped = in_.skip(footer_bytes); !skipped) return skipped.error();
    if (more) return std::optional(gap(offset + footer_bytes, 0, "bytes follow the footer, and are not read"));
    if (!index_problem_.empty()) return std::optional(gap(offset, 0, index_problem_));
    return std::optional<Item>();
  }
  if (ahead.size() < frame_prefix_bytes) {
    ended_ = true;
    return std::optional(gap(offset, 0, "the reel ends within a frame"));
  }
  const bool later_version = is_skippable(ahead) && (static_cast<unsigned>(ahead[0]) & 0xf) >= 4;
  if (!read_index(ahead) && !later_version) {
    Result<Item> item = resynchronise("the chunk header is damaged");
    if (!item) return item.error();
    return std::optional(std::move(*item));
  }
  const std::uint64_t length = frame_prefix_bytes + std::uint64_t{skippable_length(ahead)};
  if (in_.seekable() && length > in_.size() - offset) {
    Result<Item> item = resynchronise("the reel ends within a frame, or its length is damaged");
    if (!item) return item.error();
    return std::optional(std::move(*item));
  }
  if (Result<void> skipped = in_.skip(length); !skipped) return skipped.error();
  return std::optional<Item>();
}

// Looks for the next frame that is certain. What was lost until there is known from the index, if there is one.
Result<ChunkStream::Item> ChunkStream::resynchronise(const std::string& what) {
  const std::uint64_t begin = in_.offset();
  damaged_before_ = true;
  bool found = false;
  if (Result<void> skipped = in_.skip(1); !skipped) return skipped.error();
  while (!found) {
    const Result<ByteSpan> ahead = in_.peek(64 << 10);
    if (!ahead) return Error{ahead.error().kind, name_ + ": " + ahead.error().message};
    if (ahead->size() < frame_prefix_bytes) break;
    std::size_t at = 0;
    for (; at + frame_prefix_bytes <= ahead->size(); ++at) {
      const void* const hit = memmem(ahead->data() + at + 1, ahead->size() - at - 1, skippable_tail, sizeof skippable_tail);
      if (hit == nullptr) {
        at = ahead->size() - frame_prefix_bytes + 1;
        break;
      }
      at = static_cast<std::size_t>(static_cast<const std::byte*>(hit) - ahead->data()) - 1;
      const bool cut = ahead->size() - at < chunk_header_bytes && ahead->size() >= (64 << 10);
      if (cut) break;  // decide it with more bytes ahead
      if (is_landmark(ahead->subspan(at))) {
        found = true;
        break;
      }
    }
    if (Result<void> skipped = in_.skip(at); !skipped) return skipped.error();
    if (!found && ahead->size() < (64 << 10)) break;
  }
  if (!found) {
    ended_ = true;
    if (Result<void> skipped = in_.skip(UINT64_MAX / 2); !skipped) return skipped.error();
  }
  std::uint64_t events = 0;
  std::uint64_t chunks = 0;
  for (const IndexEntry& entry : index()) {
    if (entry.offset >= begin && entry.offset < in_.offset()) {
      events += entry.events;
      ++chunks;
    }
  }
  Item item = gap(begin, events, what);
  next_sequence_ += chunks;
  return item;
}

}  // namespace sysreel
