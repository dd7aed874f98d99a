#include "recorder/redact/keyword_search.h"

#include <algorithm>
#include <cstring>

namespace sysreel {
namespace {

constexpr unsigned bitmap_bits = 15;            // 4 KiB: a small part of the first cache
constexpr std::size_t begun_least = 3;          // less of a keyword is not taken for its begin
constexpr std::uint64_t case_bits = 0x2020202020202020;  // also merges some punctuation, which the full comparison tells apart
constexpr std::uint64_t three = 0xffffff;

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::uint64_t eight_bytes(const char* at) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes | case_bits;
}

std::uint32_t three_bytes(const char* at) {
  std::uint16_t low = 0;
  std::memcpy(&low, at, 2);
  return static_cast<std::uint32_t>((low | static_cast<std::uint64_t>(static_cast<unsigned char>(at[2])) << 16 | case_bits) & three);
}

std::uint32_t four_bytes(const char* at) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes | static_cast<std::uint32_t>(case_bits);
}

std::uint32_t slot_of(std::uint32_t bytes) { return bytes * 0x9e3779b1u >> (32 - bitmap_bits); }

bool equal_folded(const char* text, std::string_view keyword) {
  return std::equal(keyword.begin(), keyword.end(), text, [](char a, char b) { return a == folded(b); });
}

}  // namespace

KeywordSearch::Bitmap::Bitmap() : words_((std::size_t{1} << bitmap_bits) / 64) {}

void KeywordSearch::Bitmap::set(std::uint32_t bytes) {
  const std::uint32_t slot = slot_of(bytes);
  words_[slot / 64] |= std::uint64_t{1} << slot % 64;
}

bool KeywordSearch::Bitmap::has(std::uint32_t bytes) const {
  const std::uint32_t slot = slot_of(bytes);
  return words_[slot / 64] >> slot % 64 & 1;
}

KeywordSearch::KeywordSearch(std::vector<std::string> keywords) : keywords_(std::move(keywords)) {
  std::erase_if(keywords_, [](const std::string& keyword) { return keyword.size() < shortest; });
  for (std::uint32_t i = 0; i < keywords_.size(); ++i) {
    std::transform(keywords_[i].begin(), keywords_[i].end(), keywords_[i].begin(), folded);
    longest_ = std::max(longest_, keywords_[i].size());
    for (std::size_t at = 0; at + begun_least < keywords_[i].size(); ++at) inner_.set(three_bytes(keywords_[i].data() + at));
    heads_.set(four_bytes(keywords_[i].data()));
    for (const std::uint32_t offset : {0u, 1u}) {
      const std::uint32_t bytes = three_bytes(keywords_[i].data() + offset);
      pieces_.push_back({bytes, i, offset});
      begins_.set(bytes);
    }
  }
  std::sort(pieces_.begin(), pieces_.end());
}

// The keyword whose first or second piece stands at `at`.
std::optional<KeywordSearch::Hit> KeywordSearch::match_at(std::string_view text, std::size_t at) const {
  const auto headed = [&](std::size_t start) { return start + shortest <= text.size() && heads_.has(four_bytes(text.data() + start)); };
  if (!headed(at) && !(at > 0 && headed(at - 1))) return std::nullopt;
  const Piece wanted{three_bytes(text.data() + at), 0, 0};
  const auto [begin, end] = std::equal_range(pieces_.begin(), pieces_.end(), wanted);
  for (auto piece = begin; piece != end; ++piece) {
    const std::string& keyword = keywords_[piece->keyword];
    if (piece->offset > at) continue;
    const std::size_t start = at - piece->offset;
    if (text.size() - start >= keyword.size() && equal_folded(text.data() + start, keyword)) return Hit{start, keyword.size()};
  }
  return std::nullopt;
}

std::optional<KeywordSearch::Hit> KeywordSearch::find(std::string_view text) const {
  if (text.size() < shortest) return std::nullopt;
  // Three positions at a time without a branch on any of them: payloads are short and nearly never hold a keyword.
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 6) {
    const std::uint64_t bytes = eight_bytes(text.data() + at);
    const bool any = begins_.has(static_cast<std::uint32_t>(bytes & three)) | begins_.has(static_cast<std::uint32_t>(bytes >> 16 & three)) |
                     begins_.has(static_cast<std::uint32_t>(bytes >> 32 & three));
    if (!any) continue;
    for (const std::size_t each : {at, at + 2, at + 4}) {
      if (const auto hit = match_at(text, each)) return hit;
    }
  }
  for (; at + 3 <= text.size(); at += 2) {
    if (!begins_.has(three_bytes(text.data() + at))) continue;
    if (const auto hit = match_at(text, at)) return hit;
  }
  return std::nullopt;
}

std::optional<KeywordSearch::Hit> KeywordSearch::find_last(std::string_view text) const {
  if (text.size() < shortest) return std::nullopt;
  for (std::size_t at = text.size() - 2; at-- > 0;) {
    if (!begins_.has(three_bytes(text.data() + at))) continue;
    const auto hit = match_at(text, at);
    if (hit && hit->at == at) return hit;
  }
  return std::nullopt;
}

std::size_t KeywordSearch::begun_at_end(std::string_view text) const {
  if (text.size() < begun_least || !inner_.has(three_bytes(text.data() + text.size() - begun_least))) return 0;
  const std::size_t from = text.size() - std::min(text.size(), longest_ > 0 ? longest_ - 1 : 0);
  for (std::size_t at = from; at + begun_least <= text.size(); ++at) {
    if (!begins_.has(three_bytes(text.data() + at))) continue;
    const std::string_view tail = text.substr(at);
    for (const std::string& keyword : keywords_) {
      if (keyword.size() > tail.size() && equal_folded(tail.data(), std::string_view(keyword).substr(0, tail.size()))) return tail.size();
    }
  }
  return 0;
}

}  // namespace sysreel
