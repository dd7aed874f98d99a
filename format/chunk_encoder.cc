#include "format/chunk_encoder.h"

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <capnp/serialize.h>

#include <algorithm>

#include "format/reel.capnp.h"

namespace sysreel {
namespace {

capnp::Data::Reader data(ByteSpan bytes) {
  return {reinterpret_cast<const capnp::byte*>(bytes.data()), bytes.size()};
}

// Room for pointers and padding: a word or two for each of some 130 columns, and the structures themselves.
constexpr std::size_t overhead_words = 1024;

// Columns that are worth zstd blocks of their own: from 1 KiB to 4 KiB measured the same.
constexpr std::size_t least_seamed = 2048;

}  // namespace

ChunkEncoder::ChunkEncoder() {
  rows_.reserve(event_kind_count);
  for (std::size_t kind = 0; kind < event_kind_count; ++kind) rows_.emplace_back(tasks_, strings_);
}

void ChunkEncoder::begin_run(std::uint8_t kind) {
  if (run_length_ != 0) {
    order_.put(run_kind_);
    order_.put(run_length_);
  }
  run_kind_ = kind;
  run_length_ = 0;
}

void ChunkEncoder::begin_chunk(Nanos base_time) {
  base_time_ = base_time;
  calls_.clear(base_time);
  for (RowWriter& rows : rows_) rows.clear(base_time);
}

void ChunkEncoder::note_loss(const Loss& loss) {
  (loss.signals_and_tasks ? facts_.lost_others : facts_.lost_calls) += loss.count;
  facts_.loss_causes |= 1u << static_cast<unsigned>(loss.cause);
}

std::size_t ChunkEncoder::bytes() const {
  std::size_t total = calls_.bytes() + order_.size() + strings_.lengths().size() + strings_.bytes().size();
  for (const RowWriter& rows : rows_) total += rows.bytes();
  return total + tasks_.pids().size() + tasks_.tids().size();
}

ByteSpan ChunkEncoder::message(std::uint64_t sequence) {
  if (run_length_ != 0) {
    order_.put(run_kind_);
    order_.put(run_length_);
    run_length_ = 0;
  }
  rows_[kind_of<FdFact>].next_call_ends(base_time_);
  calls_.arrange();
  // The builder works in place behind the one word of framing, so that nothing is copied.
  message_.assign(1 + overhead_words + bytes() / sizeof(std::uint64_t), 0);
  auto* const words = reinterpret_cast<capnp::word*>(message_.data());
  capnp::FlatMessageBuilder builder(kj::arrayPtr(words + 1, message_.size() - 1));
  // Columns lie in the order in which they are set.
  seams_.clear();
  const auto note_seam = [&](std::size_t place) {
    if (seams_.empty() || seams_.back() < place) seams_.push_back(place);
  };
  const auto note_seams = [&](std::size_t column_bytes, std::span<const std::size_t> group_ends = {}) {
    if (column_bytes < least_seamed) return;
    const std::size_t end = (1 + builder.getSegmentsForOutput()[0].size()) * sizeof(capnp::word);
    const std::size_t begin = end - (column_bytes + sizeof(capnp::word) - 1) / sizeof(capnp::word) * sizeof(capnp::word);
    note_seam(begin);
    std::size_t group = 0;
    for (const std::size_t group_end : group_ends) {
      if (group_end - group >= least_seamed) {
        note_seam(begin + group);
        note_seam(begin + group_end);
      }
      group = group_end;
    }
    note_seam(end);
  };

  auto chunk = builder.initRoot<schema::Chunk>();
  chunk.setSequence(sequence);
  chunk.setBaseTime(base_time_.value);
  chunk.setOrder(data(order_.bytes()));
  chunk.setTaskPids(data(tasks_.pids().bytes()));
  chunk.setTaskTids(data(tasks_.tids().bytes()));
  if (calls_.count() != 0) {
    capnp::DynamicStruct::Builder calls = chunk.initCalls();
    for (std::size_t i = 0; i < call_column_count; ++i) {
      const ByteSpan column = calls_.column(static_cast<CallColumn>(i));
      if (column.empty()) continue;
      calls.set(call_column_names[i], data(column));
      note_seams(column.size(), calls_.group_ends(static_cast<CallColumn>(i)));
    }
  }
  capnp::DynamicStruct::Builder dynamic = chunk;
  for (std::size_t kind = 1; kind < event_kind_count; ++kind) {
    if (rows_[kind].rows() == 0) continue;
    auto rows = dynamic.init(event_kind_fields[kind]).as<capnp::DynamicStruct>();
    for (const RowWriter::Column& column : rows_[kind].columns()) {
      if (column.data.column().empty()) continue;
      rows.set(column.name, data(column.data.column()));
      note_seams(column.data.column().size());
    }
  }
  chunk.setStringLengths(data(strings_.lengths().bytes()));
  chunk.setStringBytes(data(strings_.bytes().bytes()));
  note_seams(strings_.bytes().size());

  const auto segment = builder.getSegmentsForOutput()[0];
  message_[0] = static_cast<std::uint64_t>(segment.size()) << 32;  // framing: one segment, and its size
  return std::as_bytes(std::span(message_)).first((1 + segment.size()) * sizeof(capnp::word));
}

void ChunkEncoder::clear() {
  tasks_.clear();
  strings_.clear();
  calls_.clear({});
  order_.clear();
  run_length_ = 0;
  for (RowWriter& rows : rows_) rows.clear({});
  facts_ = {};
}

}  // namespace sysreel
