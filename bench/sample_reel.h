// Reels of made-up events, in memory.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "bench/samples.h"
#include "format/every_event.h"
#include "format/reel_reader.h"
#include "format/reel_writer.h"

namespace sysreel::bench {

// Cuts chunks where a recorder would, except that no time passes.
class Cutter final : public EveryEvent<Cutter> {
 public:
  explicit Cutter(ReelWriter& writer) : writer_(writer) {}

 private:
  friend EveryEvent<Cutter>;
  template <typename Event>
  void take(const Event& event) {
    writer_.on(event);
    if (writer_.due({})) (void)writer_.cut({});
  }
  ReelWriter& writer_;
};

using Sample = void (*)(EventSink&, std::uint64_t calls);

// Writes a reel; returns what the writer says of it.
inline WriterTotals write_sample(UniqueFd out, Sample sample, std::uint64_t calls, const ChunkPolicy& policy = {}) {
  Result<ReelWriter> writer = ReelWriter::open(std::move(out), {}, policy);
  if (!writer) std::abort();
  Cutter cutter(*writer);
  sample(cutter, calls);
  if (!writer->finish()) std::abort();
  return writer->totals();
}

inline ReelReader sample_reel(Sample sample, std::uint64_t calls) {
  UniqueFd file(::memfd_create("reel", MFD_CLOEXEC));
  write_sample(UniqueFd(::dup(file.get())), sample, calls);
  ::lseek(file.get(), 0, SEEK_SET);
  Result<ReelReader> reader = ReelReader::open(std::move(file), "bench");
  if (!reader) std::abort();
  return std::move(*reader);
}

}  // namespace sysreel::bench
