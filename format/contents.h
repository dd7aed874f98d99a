// What blocks and stacks of a chunk held: each content once, at the place where it was first met. See "Contents" in FORMAT.md.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "format/call_columns.h"
#include "format/column.h"
#include "format/event.h"
#include "format/frame_io.h"
#include "format/string_table.h"

namespace sysreel {

// A place is a block's position in the calls of one group of keys; all later positions share one, and stacks have one more.
// What stands at one place is of one kind: paths, structures, what a server is asked.
inline constexpr std::uint32_t places_of_group = 9;
inline constexpr std::uint32_t content_places = call_groups * places_of_group;
constexpr std::uint32_t block_place(std::uint32_t group, std::size_t position) {
  return group * places_of_group + static_cast<std::uint32_t>(position < 7 ? position : 7);
}
constexpr std::uint32_t stack_place(std::uint32_t group) { return group * places_of_group + 8; }

// The writing side: numbers contents from 0 in the order in which they come.
class ContentsWriter {
 public:
  StringTableWriter::Entry intern(ByteSpan content, std::uint32_t place) {
    const StringTableWriter::Entry entry = table_.intern(content);
    if (entry.fresh) homes_.push_back({place, counts_[place]++});
    return entry;
  }
  bool equals(std::uint32_t id, ByteSpan content) const { return table_.equals(id, content); }
  // How a content that is known is told at a place.
  std::uint64_t reference(std::uint32_t id, std::uint32_t place) const {
    const Home& home = homes_[id];
    if (home.place == place) return std::uint64_t{home.index} * 2;
    return (std::uint64_t{home.index} * content_places + home.place) * 2 + 1;
  }

  // Of all columns, at least.
  std::size_t bytes() const { return table_.lengths().size() + table_.bytes().size() + used_places() * 2 * longest_number; }

  // After the last content: writes the columns.
  void arrange();
  const ColumnWriter& places() const { return places_; }
  const ColumnWriter& lengths() const { return lengths_; }
  const ColumnWriter& contents() const { return contents_; }
  // Where in contents() those of each place end.
  std::span<const std::size_t> place_ends() const { return place_ends_; }

  void clear();

 private:
  struct Home {
    std::uint32_t place, index;
  };
  static constexpr std::size_t longest_number = 5;

  std::size_t used_places() const { return content_places - static_cast<std::size_t>(std::count(counts_.begin(), counts_.end(), 0u)); }
  bool better_as_planes(ByteSpan rows, std::size_t count, std::size_t length);

  StringTableWriter table_;
  std::vector<Home> homes_;
  std::array<std::uint32_t, content_places> counts_{};
  std::vector<std::uint32_t> sorted_;  // ids, by place
  std::vector<std::byte> rows_, planes_;
  Compressor compressor_;
  ColumnWriter places_, lengths_, contents_;
  std::vector<std::size_t> place_ends_;
};

// The reading side: contents by number, in the order in which they stand in the chunk.
class Contents {
 public:
  // False if the columns do not fit together.
  bool load(ByteSpan places, ByteSpan lengths, ByteSpan contents);

  ByteSpan operator[](std::uint32_t number) const { return contents_[number]; }

  // The next of a place that was not asked for; nothing if there is none.
  std::optional<std::uint32_t> next(std::uint32_t place) {
    if (place >= content_places || cursors_[place] == begins_[place + 1]) return std::nullopt;
    return cursors_[place]++;
  }
  // The number that a reference means.
  std::optional<std::uint32_t> find(std::uint64_t reference, std::uint32_t place) const {
    std::uint64_t index = reference / 2;
    if (reference % 2 != 0) {
      place = static_cast<std::uint32_t>(index % content_places);
      index /= content_places;
    }
    if (index >= begins_[place + 1] - begins_[place]) return std::nullopt;
    return begins_[place] + static_cast<std::uint32_t>(index);
  }

 private:
  std::vector<ByteSpan> contents_;
  std::array<std::uint32_t, content_places + 1> begins_{};
  std::array<std::uint32_t, content_places> cursors_{};
  std::unique_ptr<std::byte[]> rows_;  // what was stored as planes
  std::size_t rows_capacity_ = 0;
};

}  // namespace sysreel
