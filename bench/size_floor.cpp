// What no recorder of the same facts can do without, in bytes an event: what programs read and wrote, each content once a chunk,
// and when each call began and ended; each kind of call apart, compressed as a reel is, contents in the better of two orders of bytes.
// Numbers, results, descriptors and tables take nothing.
//     size_floor REEL
#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "format/byte_planes.h"
#include "format/every_event.h"
#include "format/reel_reader.h"

namespace sysreel::bench {
namespace {

constexpr std::uint64_t events_of_chunk = 65536;
constexpr int level_of_full_chunk = 1, level_of_short_chunk = 6;

class Floor final : public EveryEvent<Floor> {
 public:
  void finish() {
    const int level = events_ < events_of_chunk / 2 ? level_of_short_chunk : level_of_full_chunk;
    for (const auto& [place, contents] : contents_) bytes_ += least(contents, level);
    for (const auto& [call, times] : times_) {
      for (const std::string& column : times) bytes_ += compressed(column, level);
    }
    contents_.clear();
    known_.clear();
    times_.clear();
    all_events_ += events_;
    events_ = 0;
  }
  double bytes_an_event() const { return static_cast<double>(bytes_) / static_cast<double>(all_events_); }

 private:
  friend EveryEvent<Floor>;

  void take(const Call& call) {
    for (std::size_t position = 0; position < call.blocks.size(); ++position) {
      const ByteSpan data = call.blocks[position].data;
      std::string content(reinterpret_cast<const char*>(data.data()), data.size());
      if (known_.insert(content).second) contents_[{raw(call.nr), position}].push_back(std::move(content));
    }
    std::int64_t& end = ends_[raw(call.tid)];
    auto& times = times_[raw(call.nr)];
    put(times, 0, (call.start.value - end));
    put(times, 2, call.duration.value);
    end = call.end().value;
    count();
  }
  template <typename Event>
  void take(const Event&) {
    count();
  }

  void count() {
    if (++events_ == events_of_chunk) finish();
  }
  // The low byte, which is noise, and the rest apart.
  static void put(std::array<std::string, 4>& times, std::size_t column, std::int64_t value) {
    times[column] += static_cast<char>(value);
    auto rest = static_cast<std::uint64_t>(value >> 8);
    for (; rest >= 0x80; rest >>= 7) times[column + 1] += static_cast<char>(rest | 0x80);
    times[column + 1] += static_cast<char>(rest);
  }
  static std::uint64_t least(const std::vector<std::string>& contents, int level) {
    std::string rows;
    bool equal = true;
    for (const std::string& content : contents) {
      rows += content;
      equal = equal && content.size() == contents[0].size();
    }
    const std::uint64_t bytes = compressed(rows, level);
    if (!equal) return bytes;
    std::string planes(rows.size(), '\0');
    rows_to_planes(std::as_bytes(std::span(rows)).data(), contents.size(), contents[0].size(), std::as_writable_bytes(std::span(planes)).data());
    return std::min(bytes, compressed(planes, level));
  }
  static std::uint64_t compressed(const std::string& text, int level) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    return ZSTD_compress(out.data(), out.size(), text.data(), text.size(), level);
  }

  std::map<std::pair<int, std::size_t>, std::vector<std::string>> contents_;  // by call and position
  std::unordered_set<std::string> known_;
  std::map<int, std::array<std::string, 4>> times_;  // by call
  std::unordered_map<int, std::int64_t> ends_;       // by thread
  std::uint64_t events_ = 0, all_events_ = 0, bytes_ = 0;
};

}  // namespace
}  // namespace sysreel::bench

int main(int count, char** words) {
  if (count != 2) {
    fmt::print(stderr, "usage: size_floor REEL\n");
    return 2;
  }
  sysreel::Result<sysreel::ReelReader> reader = sysreel::ReelReader::open(words[1]);
  sysreel::bench::Floor floor;
  if (!reader || !reader->replay(floor)) {
    fmt::print(stderr, "size_floor: cannot read {}\n", words[1]);
    return 1;
  }
  floor.finish();
  fmt::print("{:.3f}\n", floor.bytes_an_event());
  return 0;
}
