#include "format/contents.h"

#include <algorithm>
#include <numeric>

#include "format/byte_planes.h"
#include "format/limits.h"

namespace sysreel {
namespace {

// Fewer are not worth a trial, and no more are tried.
constexpr std::size_t least_rows = 16, least_bytes = 2048, tried_bytes = 16384;
constexpr int trial_level = 1;

}  // namespace

void ContentsWriter::arrange() {
  std::array<std::uint32_t, content_places> cursors{};
  std::exclusive_scan(counts_.begin(), counts_.end(), cursors.begin(), 0u);
  sorted_.resize(homes_.size());
  for (std::uint32_t id = 0; id < homes_.size(); ++id) sorted_[cursors[homes_[id].place]++] = id;

  std::uint32_t passed = 0;  // places without contents
  std::size_t at = 0;
  for (const std::uint32_t count : counts_) {
    if (count == 0) {
      ++passed;
      continue;
    }
    const std::span<const std::uint32_t> ids = std::span(sorted_).subspan(at, count);
    at += count;
    const std::size_t length = table_[ids[0]].size();
    bool equal = true;
    const std::size_t begin = contents_.size();
    for (const std::uint32_t id : ids) {
      const ByteSpan content = table_[id];
      equal = equal && content.size() == length;
      lengths_.put(content.size());
      contents_.put_bytes(content);
    }
    bool as_planes = false;
    if (equal && count >= least_rows && length > 1 && length * count >= least_bytes) {
      const std::span<std::byte> stored = contents_.last(contents_.size() - begin);
      as_planes = better_as_planes(stored, count, length);
      if (as_planes) {
        rows_.assign(stored.begin(), stored.end());
        rows_to_planes(rows_.data(), count, length, stored.data());
      }
    }
    places_.put(passed);
    places_.put(std::uint64_t{count} * 2 + (as_planes ? 1 : 0));
    passed = 0;
    place_ends_.push_back(contents_.size());
  }
}

bool ContentsWriter::better_as_planes(ByteSpan rows, std::size_t count, std::size_t length) {
  const std::size_t tried = std::clamp<std::size_t>(tried_bytes / length, 1, count);
  const ByteSpan sample = rows.first(tried * length);
  planes_.resize(sample.size());
  rows_to_planes(sample.data(), tried, length, planes_.data());
  const auto compressed = [this](ByteSpan bytes) {
    const Result<ByteSpan> frame = compressor_.compress(bytes, trial_level, {});
    return frame ? frame->size() : bytes.size();
  };
  const std::size_t as_rows = compressed(sample);
  return compressed(planes_) < as_rows;
}

void ContentsWriter::clear() {
  table_.clear();
  homes_.clear();
  counts_.fill(0);
  places_.clear();
  lengths_.clear();
  contents_.clear();
  place_ends_.clear();
}

bool Contents::load(ByteSpan places, ByteSpan lengths, ByteSpan contents) {
  contents_.clear();
  begins_.fill(0);
  ColumnReader place_numbers(places), length(lengths), content(contents);
  if (lengths.size() > limits::chunk_blocks) return false;
  // First where the contents of each place begin.
  struct Run {
    std::uint64_t count;
    bool as_planes;
  };
  std::vector<Run> runs;
  std::uint64_t place = 0, total = 0;
  while (!place_numbers.at_end()) {
    place += place_numbers.get();
    const std::uint64_t code = place_numbers.get();
    const Run run{code / 2, code % 2 != 0};
    if (!place_numbers.good() || place >= content_places || run.count == 0 || run.count > lengths.size() - total) return false;
    total += run.count;
    begins_[++place] = static_cast<std::uint32_t>(run.count);
    runs.push_back(run);
  }
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
  std::copy(begins_.begin(), begins_.end() - 1, cursors_.begin());

  const bool any_planes = std::any_of(runs.begin(), runs.end(), [](const Run& run) { return run.as_planes; });
  if (any_planes && contents.size() > rows_capacity_) {
    rows_ = std::make_unique_for_overwrite<std::byte[]>(contents.size());
    rows_capacity_ = contents.size();
  }
  std::size_t used = 0;
  for (const Run& run : runs) {
    const std::uint64_t first = length.get();
    if (!length.good()) return false;
    if (!run.as_planes) {
      contents_.push_back(content.bytes(first));
      for (std::uint64_t i = 1; i < run.count && content.good(); ++i) contents_.push_back(content.bytes(length.get()));
      continue;
    }
    for (std::uint64_t i = 1; i < run.count; ++i) {
      if (length.get() != first) return false;
    }
    if (first > contents.size() / run.count) return false;
    const ByteSpan planes = content.bytes(first * run.count);
    if (!content.good()) return false;
    planes_to_rows(planes.data(), run.count, first, rows_.get() + used);
    for (std::uint64_t i = 0; i < run.count; ++i) contents_.emplace_back(rows_.get() + used + i * first, first);
    used += first * run.count;
  }
  return length.spent() && content.spent();
}

}  // namespace sysreel
