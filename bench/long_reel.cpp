// Writes a reel as long as wanted, of the events of samples.h or of a recorded reel again and again:
//     long_reel OUT EVENTS [storm|compile|SOURCE.reel [CHUNK]]
// CHUNK: events in a chunk; few of them make an index as a much longer reel has it.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "bench/sample_reel.h"
#include "format/every_event.h"

namespace sysreel::bench {
namespace {

// Hands on what happened in a reel, later than it was and to other processes: each time it is as new to a reader as in a
// recording that goes on and on.
class Shift final : public EveryEvent<Shift> {
 public:
  explicit Shift(EventSink& to) : to_(to) {}
  // Everything has been seen once: what comes now is the next time.
  void again(Nanos first) {
    by_ = end_ - first;
    ids_ = (ids_ + 1'000) % 4'000'000;  // below pid_max (proc(5)): even a long recording sees numbers come back
  }

 private:
  friend EveryEvent<Shift>;

  template <typename Event>
  void take(const Event& event) {
    Event later = event;
    if constexpr (requires { later.time; }) move(later.time);
    if constexpr (requires { later.start; }) later.start = later.start + by_;
    if constexpr (requires { later.pid; }) renumber(later.pid), renumber(later.tid);
    if constexpr (requires { later.parent_pid; }) renumber(later.parent_pid), renumber(later.parent_tid);
    if constexpr (requires { later.former_tid; }) renumber(later.former_tid);
    if constexpr (requires { later.sender_pid; }) renumber(later.sender_pid), renumber(later.sender_tid);
    to_.on(later);
  }
  void take(const Loss&) {}
  void take(const End&) {}

  void move(Nanos& time) {
    time = time + by_;
    end_ = std::max(end_, time);
  }
  template <typename Id>
  void renumber(Id& id) const {
    if (raw(id) != 0) id = Id{raw(id) + ids_};
  }

  EventSink& to_;
  Nanos by_, end_;
  int ids_ = 0;
};

int write(const std::string& out, std::uint64_t events, const std::string& source, const ChunkPolicy& policy) {
  Header header;
  header.host = "bench";
  header.started = {1'000'000'000};
  header.started_realtime = {1'700'000'000'000'000'000};
  Result<ReelWriter> writer = ReelWriter::open(UniqueFd(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)), header, policy);
  if (!writer) return fmt::print(stderr, "long_reel: {}\n", writer.error().message), 1;
  Cutter cutter(*writer);
  if (source == "storm") {
    add_storm(cutter, events);
  } else if (source == "compile") {
    add_compile_job(cutter, events);
  } else {
    Result<ReelReader> reader = ReelReader::open(source);
    if (!reader) return fmt::print(stderr, "long_reel: {}\n", reader.error().message), 1;
    Shift shift(cutter);
    const Nanos first = reader->header().started;
    for (std::uint64_t written = 0; written < events; written = writer->totals().events) {
      if (Result<void> read = reader->replay(shift); !read) return fmt::print(stderr, "long_reel: {}\n", read.error().message), 1;
      if (writer->totals().events == written) return fmt::print(stderr, "long_reel: {}: has no calls\n", source), 1;
      shift.again(first);
    }
  }
  if (Result<void> finished = writer->finish(); !finished) return fmt::print(stderr, "long_reel: {}\n", finished.error().message), 1;
  const WriterTotals totals = writer->totals();
  fmt::print("{}: {} events, {:.2f} bytes an event\n", out, totals.events, static_cast<double>(totals.bytes) / static_cast<double>(totals.events));
  return 0;
}

}  // namespace
}  // namespace sysreel::bench

int main(int count, char** words) {
  if (count < 3) {
    fmt::print(stderr, "usage: long_reel OUT EVENTS [storm|compile|SOURCE.reel [CHUNK]]\n");
    return 2;
  }
  sysreel::ChunkPolicy policy;
  if (count > 4) policy.events = static_cast<std::uint32_t>(std::strtoul(words[4], nullptr, 10));
  return sysreel::bench::write(words[1], std::strtoull(words[2], nullptr, 10), count > 3 ? words[3] : "compile", policy);
}
