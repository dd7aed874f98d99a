#include "tools/reel_text.h"

#include <fmt/format.h>

#include <array>

#include "analyzer/stacks/reel_places.h"
#include "analyzer/stacks/stack_lines.h"
#include "analyzer/text/entry_order.h"
#include "analyzer/text/excerpt.h"
#include "format/reel_facts.h"
#include "format/reel_reader.h"
#include "tools/reel_excerpt.h"
#include "tools/reel_problems.h"

namespace sysreel::tools {
namespace {

// Adds up what a reel says about events that are not in it.
class LossCount final : public EventSink {
 public:
  using EventSink::on;
  void on(const Loss& loss) override {
    (loss.signals_and_tasks ? others_ : calls_)[static_cast<std::size_t>(loss.cause)] += loss.count;
  }
  void tell(const ProgramName& name, const std::string& file) const {
    for (std::size_t cause = 0; cause < loss_cause_count; ++cause) {
      const char* const why = describe(static_cast<LossCause>(cause));
      if (calls_[cause] != 0) name.say(fmt::format("{}: {} calls are missing: {}", file, calls_[cause], why));
      if (others_[cause] != 0) name.say(fmt::format("{}: {} signals or task events are missing: {}", file, others_[cause], why));
    }
  }

 private:
  std::array<std::uint64_t, loss_cause_count> calls_{};
  std::array<std::uint64_t, loss_cause_count> others_{};
};

void tell_what_was_not_recorded(const Header& header, const text::TextOptions& options, const std::string& file,
                                const ProgramName& name) {
  if (header.counts_only) name.say(fmt::format("{}: calls were counted and not recorded: trace-stats shows them", file));
  if (options.string_limit > header.string_limit && options.string_limit != text::TextOptions{}.string_limit) {
    name.say(fmt::format("{}: recorded with -s {}: longer strings are cut there", file, header.string_limit));
  }
  if (options.stack && !header.stacks) name.say(fmt::format("{}: recorded without -k: there are no stacks", file));
  if (options.times && !header.durations) name.say(fmt::format("{}: recorded without durations: -T shows none", file));
}

}  // namespace

Result<void> print_reel(const std::string& file, const text::TextOptions& options, const std::optional<WindowOption>& window,
                        text::TextSink& sink, const ProgramName& name) {
  Result<ReelReader> reader = ReelReader::open(file);
  if (!reader) return reader.error();
  tell_what_was_not_recorded(reader->header(), options, file, name);
  const Window part = window ? window->in(reader->header()) : Window();
  const text::TextOptions shown = window ? options_in_window(options) : options;

  ReelPlaces places;
  StackLines stacks(places, options.stack_frames, options.stack_source);
  text::TextRenderer renderer(shown, sink, false, &stacks);
  places.ask(renderer.model());
  EventSink* const told[] = {&renderer, &places};
  Fanout text_and_places(told);
  text::EntryOrder order(options.stack ? static_cast<EventSink&>(text_and_places) : renderer);
  text::Excerpt excerpt(order, part);
  LossCount losses;
  EventSink* const sinks[] = {window ? static_cast<EventSink*>(&excerpt) : &order, &losses};
  Fanout both(sinks);
  renderer.begin(reader->header());
  const ChunkFilter chunks = window ? chunks_of_window(*reader, options, part) : ChunkFilter();
  const Result<void> read = reader->scan(1, chunks, [&](ChunkView& chunk, unsigned) {
    const Result<void> replayed = chunk.replay(both);
    order.flush();
    return replayed;
  });
  renderer.finish();
  say_problems(*reader, file, name);
  losses.tell(name, file);
  return read;
}

}  // namespace sysreel::tools
