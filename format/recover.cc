#include "format/recover.h"

#include "format/reel_writer.h"

namespace sysreel {

Result<Recovered> recover(ReelReader& from, UniqueFd out) {
  Result<ReelWriter> writer = ReelWriter::open(std::move(out), from.header());
  if (!writer) return writer.error();
  Recovered recovered;
  std::size_t stated = 0;  // problems that the copy has as losses
  Nanos last_time = from.header().started;

  const auto state_losses = [&](Nanos until) {
    for (; stated < from.problems().size(); ++stated) {
      const Problem& problem = from.problems()[stated];
      if (problem.events == 0) continue;
      recovered.lost += problem.events;
      writer->on(Loss{last_time, until, LossCause::damaged, problem.events, false});
    }
  };
  // A chunk is read whole before a part of it is written: half of it would be neither lost nor there.
  const auto copy = [&](ChunkView& chunk, unsigned) -> Result<void> {
    EventSink nowhere;
    if (Result<void> readable = chunk.replay(nowhere); !readable) return readable;
    state_losses(chunk.header().first_time);
    if (chunk.header().checkpoint) writer->mark_checkpoint();
    if (Result<void> copied = chunk.replay(*writer); !copied) return copied;
    recovered.events += chunk.delivered();
    recovered.unknown += chunk.unknown_events();
    last_time = chunk.header().last_time;
    (void)writer->cut(last_time);  // a failure stays in the writer and is told at its end
    return {};
  };
  if (Result<void> read = from.scan(1, {}, copy); !read) return read.error();
  state_losses(last_time);
  if (Result<void> finished = writer->finish(); !finished) return finished.error();
  if (writer->failure()) return *writer->failure();
  return recovered;
}

}  // namespace sysreel
