#include "recorder/flight_recorder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <set>

#include "format/every_event.h"
#include "format/reel_reader.h"
#include "recorder/clock.h"
#include "recorder/limits.h"

namespace sysreel {
namespace {

// Makes one stream of the parts: their ends and the repeated news of who lives are left out.
class Joiner final : public EveryEvent<Joiner> {
 public:
  explicit Joiner(ReelWriter& writer) : writer_(writer) {}

  template <typename Event>
  void take(const Event& event) {
    writer_.on(event);
  }
  void take(const End&) {}
  void take(const TaskNew& event) {
    if (living_.insert(event.tid).second || event.origin != TaskOrigin::attached) writer_.on(event);
  }
  void take(const TaskExit& event) {
    living_.erase(event.tid);
    writer_.on(event);
  }

 private:
  ReelWriter& writer_;
  std::set<Tid> living_;
};

}  // namespace

Result<FlightSpan> parse_flight_span(std::string_view text) {
  constexpr std::uint64_t least_bytes = 1u << 20;
  constexpr Nanos least_time{1'000'000'000};
  if (const auto bytes = parse_size(text)) {
    if (*bytes >= least_bytes) return FlightSpan{*bytes, {}};
    return Error{ErrorKind::usage, fmt::format("--flight {}: at least 1M", text)};
  }
  if (const auto time = parse_duration(text)) {
    if (*time >= least_time) return FlightSpan{0, *time};
    return Error{ErrorKind::usage, fmt::format("--flight {}: at least 1s", text)};
  }
  return Error{ErrorKind::usage, fmt::format("--flight {}: neither a size nor a time (examples: 64M, 30s)", text)};
}

Result<ReelWriter> FlightRecorder::next() {
  const Nanos now = read_clock(CLOCK_MONOTONIC);
  Header header = header_;
  header.started = now;
  header.started_realtime = read_clock(CLOCK_REALTIME);
  UniqueFd file(::memfd_create("sysreel-flight", MFD_CLOEXEC));
  UniqueFd out(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3));
  if (!file || !out) return Error::from_errno("memory for the flight recorder", errno);
  parts_.push_back({std::move(file), now});
  while (parts_.size() > parts + 1 || (span_.time.value > 0 && parts_.size() > 1 && parts_[1].began < now - span_.time)) parts_.pop_front();
  return ReelWriter::open(std::move(out), header);
}

Result<std::uint64_t> FlightRecorder::dump(UniqueFd out, const End& end) const {
  Header header = header_;
  bool first = true;
  std::optional<ReelWriter> writer;
  std::optional<Joiner> joiner;
  for (const Part& part : parts_) {
    // Another description of the same memory: reading must not move the place at which the pump writes.
    UniqueFd file(::open(fmt::format("/proc/self/fd/{}", part.file.get()).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return Error::from_errno("the flight recorder's memory", errno);
    auto reader = ReelReader::open(std::move(file), "flight recorder");
    if (!reader) return reader.error();
    if (first) {
      header.started = reader->header().started;
      header.started_realtime = reader->header().started_realtime;
      auto opened = ReelWriter::open(std::move(out), header);
      if (!opened) return opened.error();
      writer.emplace(std::move(*opened));
      joiner.emplace(*writer);
      first = false;
    }
    if (const auto read = reader->replay(*joiner); !read) return read.error();
  }
  if (!writer) return std::uint64_t{0};
  if (const auto closed = writer->close(end); !closed) return closed.error();
  if (writer->failure()) return *writer->failure();
  return writer->totals().events;
}

}  // namespace sysreel
