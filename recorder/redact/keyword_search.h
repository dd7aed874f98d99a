// Finds any of many keywords in a payload, in a few nanoseconds where there is none: what decides whether an expression runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sysreel {

// Immutable once made, hence usable by several threads. Upper and lower case of ASCII letters are the same to it.
//
// Every second position of the text is looked up, by its three bytes, in a bitmap that holds the first and the second three
// of each keyword: wherever a keyword stands, one of the two is met. What the bitmap lets through must begin with four bytes of
// a keyword, by a second bitmap, and is then compared in full.
class KeywordSearch {
 public:
  // Shorter keywords cannot be met at every second position.
  static constexpr std::size_t shortest = 4;

  // Keywords that are shorter than `shortest` are the caller's mistake and never found.
  explicit KeywordSearch(std::vector<std::string> keywords);

  struct Hit {
    std::size_t at = 0;
    std::size_t length = 0;
  };
  // One keyword in `text`; not necessarily the first one.
  std::optional<Hit> find(std::string_view text) const;
  // The keyword that stands last in `text`.
  std::optional<Hit> find_last(std::string_view text) const;

  // How many bytes at the end of `text` are the begin of a keyword that is not complete; 0 if fewer than three are.
  std::size_t begun_at_end(std::string_view text) const;

 private:
  struct Piece {
    std::uint32_t bytes;    // three bytes of a keyword, folded
    std::uint32_t keyword;
    std::uint32_t offset;   // 0 or 1: where in the keyword they stand
    bool operator<(const Piece& other) const { return bytes < other.bytes; }
  };

  // Of bytes by their hash: what is not in it was not set.
  class Bitmap {
   public:
    Bitmap();
    void set(std::uint32_t bytes);
    bool has(std::uint32_t bytes) const;

   private:
    std::vector<std::uint64_t> words_;
  };

  std::optional<Hit> match_at(std::string_view text, std::size_t at) const;

  std::vector<std::string> keywords_;   // folded
  std::vector<Piece> pieces_;           // sorted
  Bitmap begins_;                       // the bytes of `pieces_`
  Bitmap heads_;                        // the first four of each keyword
  Bitmap inner_;                        // the three with which the begin of a keyword may end
  std::size_t longest_ = 0;
};

}  // namespace sysreel
