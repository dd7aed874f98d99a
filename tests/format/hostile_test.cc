// A reel made with ill intent: its checksums are right and its content lies. Readers refuse it without reading outside of
// it, without memory or time beyond its size, and go on with the next chunk.
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <zstd.h>

#include <functional>

#include "format/checksum.h"
#include "format/chunk_encoder.h"
#include "format/column.h"
#include "format/reel.capnp.h"
#include "tests/format/sample_reel.h"

namespace sysreel::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

struct LoadOutcome {
  bool loaded = false;
  std::string error;
  OwnedEvents events;
  std::uint64_t unknown = 0;
};

void load(ByteSpan message, std::uint64_t events, LoadOutcome& outcome) {
  auto words = std::make_unique<std::uint64_t[]>(message.size() / 8);
  std::memcpy(words.get(), message.data(), message.size());
  ChunkView view;
  ChunkHeader header;
  header.content_bytes = message.size();
  header.events = events;
  Result<void> done = view.load(std::move(words), header);
  outcome.loaded = done.ok();
  if (done) {
    done = view.replay(outcome.events);
    outcome.unknown = view.unknown_events();
  }
  if (!done) outcome.error = done.error().message;
}

// What a chunk says about itself when its message was changed.
std::string error_after(const std::function<void(schema::Chunk::Builder)>& change, std::uint64_t events = 2) {
  capnp::MallocMessageBuilder builder;
  change(builder.initRoot<schema::Chunk>());
  const kj::Array<capnp::word> flat = capnp::messageToFlatArray(builder);
  LoadOutcome outcome;
  load({reinterpret_cast<const std::byte*>(flat.begin()), flat.size() * 8}, events, outcome);
  return outcome.error;
}

capnp::Data::Reader bytes(std::string_view text) { return {reinterpret_cast<const capnp::byte*>(text.data()), text.size()}; }

// Two calls read(0, …) = 0 of one task, everything else zero.
void two_calls(schema::Chunk::Builder chunk) {
  chunk.setOrder(bytes(std::string_view("\0\2", 2)));
  chunk.setTaskPids(bytes(std::string_view("\2", 1)));
  chunk.setTaskTids(bytes(std::string_view("\0", 1)));
  chunk.initCalls().setKeyAbis(bytes(std::string_view("\0", 1)));
}

TEST(Hostile, TheUnchangedChunkIsSound) { EXPECT_EQ(error_after(two_calls), ""); }

TEST(Hostile, AnotherCountThanThatOfTheHeaderIsRefused) {
  EXPECT_EQ(error_after(two_calls, 3), "the chunk header counts other events than the chunk has");
}

TEST(Hostile, ColumnsThatDoNotFitTheCallsAreRefused) {
  using Calls = schema::Calls::Builder;
  struct Case {
    const char* column;
    void (*change)(Calls);
  };
  // Too long, too short, beyond a table, a varint of 11 bytes, or a code that points nowhere.
  static const Case cases[] = {
      {"keyAbis", [](Calls c) { c.setKeyAbis(bytes(std::string_view("\0\0\0", 3))); }},
      {"keyNumbers", [](Calls c) { c.setKeyNumbers(bytes("\1\1")); }},
      {"keyNumbers", [](Calls c) { c.setKeyNumbers(bytes("\xff\xff\xff\xff\xff\xff\1")); }},
      {"tasks", [](Calls c) { c.setTasks(bytes(std::string_view("\0\1", 2))); }},
      {"tasks", [](Calls c) { c.setTasks(bytes("\x80\x80")); }},
      {"tasks", [](Calls c) { c.setTasks(bytes(std::string_view("\0\0\0", 3))); }},
      {"keys", [](Calls c) { c.setKeys(bytes("\1\1")); }},
      {"keys", [](Calls c) { c.setKeys(bytes("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\1")); }},
      {"gapsLow", [](Calls c) { c.setGapsLow(bytes("\1")); }},
      {"gapsHigh", [](Calls c) { c.setGapsHigh(bytes("\1\1\1")); }},
      {"durationsLow", [](Calls c) { c.setDurationsLow(bytes("\1\1\1")); }},
      {"durationsHigh", [](Calls c) { c.setDurationsHigh(bytes("\1\x80")); }},
      {"onCpu", [](Calls c) { c.setOnCpu(bytes("\1")); }},
      {"changes", [](Calls c) { c.setChanges(bytes("\1")); }},
      {"results", [](Calls c) { c.setChanges(bytes(std::string_view("\x40\0", 2))); c.setResults(bytes("\1\1")); }},
      {"args0", [](Calls c) { c.setArgs0(bytes("\1")); }},
      {"args5", [](Calls c) { c.setChanges(bytes("\x20\x20")); c.setArgs5(bytes("\1")); }},
      {"details", [](Calls c) { c.setDetails(bytes("\1")); }},
      {"flags", [](Calls c) {
         c.setChanges(bytes(std::string_view("\x80\0", 2)));
         c.setDetails(bytes("\1"));
         c.setFlags(bytes("\xff\xff\x7f"));
       }},
      {"layouts", [](Calls c) {
         c.setChanges(bytes(std::string_view("\x80\0", 2)));
         c.setDetails(bytes("\4"));
         c.setLayouts(bytes("\1"));
       }},
      {"layoutTags", [](Calls c) { c.setLayoutLengths(bytes("\5")); c.setLayoutTags(bytes("abc")); }},
      {"contentBytes", [](Calls c) { c.setContentLengths(bytes("\2")); c.setContentBytes(bytes("abc")); }},
      {"stacks", [](Calls c) {
         c.setChanges(bytes(std::string_view("\x80\0", 2)));
         c.setDetails(bytes("\10"));
         c.setStacks(bytes("\7"));
       }},
      {"stacks", [](Calls c) {  // a stack of half a word
         c.setChanges(bytes(std::string_view("\x80\0", 2)));
         c.setDetails(bytes("\10"));
         c.setStacks(bytes("\1"));
         c.setContentPlaces(bytes("\10\2"));
         c.setContentLengths(bytes("\4"));
         c.setContentBytes(bytes("abcd"));
       }},
  };
  for (const Case& one : cases) {
    const std::string error = error_after([&](schema::Chunk::Builder chunk) {
      two_calls(chunk);
      one.change(chunk.getCalls());
    });
    EXPECT_EQ(error, std::string("column ") + one.column + " does not fit the chunk's calls");
  }
}

TEST(Hostile, BlocksThatPointNowhereAreRefused) {
  const auto with_tag = [](const char* tag, const auto& change) {
    return error_after([&](schema::Chunk::Builder chunk) {
      two_calls(chunk);
      auto calls = chunk.getCalls();
      calls.setChanges(bytes(std::string_view("\x80\0", 2)));
      calls.setDetails(bytes("\4"));
      calls.setLayouts(bytes("\1"));
      calls.setLayoutLengths(bytes("\1"));
      calls.setLayoutTags(bytes(tag));
      calls.setContentPlaces(bytes(std::string_view("\0\4", 2)));
      calls.setContentLengths(bytes(std::string_view("\0\0", 2)));
      change(calls);
    });
  };
  const auto nothing = [](schema::Calls::Builder) {};
  EXPECT_EQ(with_tag("\x40", nothing), "");
  const char* const refused = "column blockContents does not fit the chunk's calls";
  EXPECT_EQ(with_tag("\x46", nothing), refused);  // a pointer, with no block before it
  EXPECT_EQ(with_tag("\x70", nothing), refused);  // an end that does not exist
  EXPECT_EQ(with_tag("\x40", [](schema::Calls::Builder c) { c.setBlockContents(bytes("\1\1")); }), refused);  // again: what?
  EXPECT_EQ(with_tag("\x40", [](schema::Calls::Builder c) { c.setBlockContents(bytes("\6\6")); }), refused);  // only two are there
  EXPECT_EQ(with_tag("\x40", [](schema::Calls::Builder c) { c.setBlockContents(bytes("\3\3")); }), "");  // place 0, from anywhere
  EXPECT_EQ(with_tag("\x40", [](schema::Calls::Builder c) { c.setBlockContents(bytes("\5\5")); }), refused);  // place 1 is empty
  EXPECT_EQ(with_tag("\x40", [](schema::Calls::Builder c) {  // one content for two blocks
              c.setContentPlaces(bytes(std::string_view("\0\2", 2)));
              c.setContentLengths(bytes(std::string_view("\0", 1)));
            }),
            refused);
}

TEST(Hostile, ContentsThatDoNotFitTheirPlacesAreRefused) {
  const auto with_contents = [](std::string_view places, std::string_view lengths, std::string_view content) {
    return error_after([&](schema::Chunk::Builder chunk) {
      two_calls(chunk);
      auto calls = chunk.getCalls();
      calls.setContentPlaces(bytes(places));
      calls.setContentLengths(bytes(lengths));
      calls.setContentBytes(bytes(content));
    });
  };
  const char* const refused = "column contentBytes does not fit the chunk's calls";
  EXPECT_EQ(with_contents({"\1\4", 2}, "\2\2", "abcd"), "");
  EXPECT_EQ(with_contents({"\1\5", 2}, "\2\2", "acbd"), "");
  EXPECT_EQ(with_contents({"\1\5", 2}, "\2\1", "abc"), refused);   // planes of rows that are not of one length
  EXPECT_EQ(with_contents({"\1\5", 2}, "\2\2", "abc"), refused);   // planes that are cut short
  EXPECT_EQ(with_contents({"\1\5", 2}, {"\xff\xff\xff\xff\xff\xff\xff\xff\x7f\1", 10}, "abc"), refused);
  EXPECT_EQ(with_contents({"\1\0", 2}, {"", 0}, {"", 0}), refused);   // a place without contents
  EXPECT_EQ(with_contents({"\1", 1}, "\2", "ab"), refused);
  EXPECT_EQ(with_contents({"\1\6", 2}, "\2\2", "abcd"), refused);   // more contents than lengths
  EXPECT_EQ(with_contents({"\1\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1", 11}, "\2\2", "abcd"), refused);
  EXPECT_EQ(with_contents({"\xbf\4\2", 3}, "\1", "a"), "");          // place 575
  EXPECT_EQ(with_contents({"\xc0\4\2", 3}, "\1", "a"), refused);     // place 576
}

TEST(Hostile, CountsBeyondALimitAreRefusedBeforeAnythingIsMade) {
  const auto with_order = [](std::string_view order) {
    return error_after([&](schema::Chunk::Builder chunk) {
      two_calls(chunk);
      chunk.setOrder(bytes(order));
    });
  };
  EXPECT_EQ(with_order(std::string_view("\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 11)), "it has too many events");
  EXPECT_EQ(with_order(std::string_view("\0\x80\x80\x40\0\1", 6)), "it has too many events");  // 2^20 and 1
  EXPECT_EQ(with_order("\1"), "the order of its events does not decode");
}

TEST(Hostile, RowsThatDoNotFitAreRefused) {
  const auto with_signals = [](const auto& change) {
    return error_after([&](schema::Chunk::Builder chunk) {
      two_calls(chunk);
      chunk.setOrder(bytes("\1\2"));
      chunk.initCalls();
      change(chunk.initSignals());
    });
  };
  const char* const refused = "the columns of signals do not fit the chunk's events";
  EXPECT_EQ(with_signals([](schema::Signals::Builder) {}), "");
  EXPECT_EQ(with_signals([](schema::Signals::Builder s) { s.setTask(bytes("\1\1")); }), refused);
  EXPECT_EQ(with_signals([](schema::Signals::Builder s) { s.setSigno(bytes("\1")); }), refused);
  EXPECT_EQ(with_signals([](schema::Signals::Builder s) { s.setSigno(bytes("\xff\xff\xff\xff\x7f\1")); }), refused);
  EXPECT_EQ(with_signals([](schema::Signals::Builder s) { s.setSiginfo(bytes("\2\2")); }), refused);
  EXPECT_EQ(with_signals([](schema::Signals::Builder s) { s.setSigno(bytes("\1\1\1")); }),
            "a column is longer than the chunk's events");
}

TEST(Hostile, UnknownKindsAndValuesAreSkippedAndCounted) {
  capnp::MallocMessageBuilder builder;
  auto chunk = builder.initRoot<schema::Chunk>();
  two_calls(chunk);
  chunk.setOrder(bytes(std::string_view("\0\1\x63\5\1\2\0\1", 8)));  // a call, 5 of kind 99, 2 signals, a call
  chunk.initSignals().setStage(bytes(std::string_view("\x9\0", 2)));
  const kj::Array<capnp::word> flat = capnp::messageToFlatArray(builder);
  LoadOutcome outcome;
  load({reinterpret_cast<const std::byte*>(flat.begin()), flat.size() * 8}, 9, outcome);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.unknown, 6u);
  EXPECT_EQ(outcome.events.size(), 3u);
}

TEST(Hostile, NoChangedByteOfAMessageReachesOutsideOfIt) {
  ChunkEncoder encoder;
  OwnedEvents events;
  add_sample_events(events, 7, 24);
  struct Add : EventSink {
    explicit Add(ChunkEncoder& to) : encoder(&to) {}
    void on(const Call& e) override { encoder->add(e); }
    void on(const Signal& e) override { encoder->add(e); }
    void on(const FdFact& e) override { encoder->add(e); }
    ChunkEncoder* encoder;
  } add(encoder);
  events.replay(add);
  const ByteSpan message = encoder.message(0);
  Bytes changed(message.begin(), message.end());
  for (std::size_t at = 0; at < changed.size(); ++at) {
    for (const unsigned char flip : {0x01, 0x80, 0xff}) {
      changed[at] ^= static_cast<std::byte>(flip);
      LoadOutcome outcome;
      load(changed, encoder.facts().events, outcome);  // must only come back; the sanitizers watch
      EXPECT_LE(outcome.events.size(), 1u << 20);
      changed[at] ^= static_cast<std::byte>(flip);
    }
  }
  LoadOutcome outcome;
  load(changed, encoder.facts().events, outcome);
  EXPECT_EQ(outcome.error, "");
}

// A reel of one chunk with this header and frame, checksums made right, and a sound chunk behind it.
Bytes reel_with(ChunkHeader header, ByteSpan frame) {
  OwnedEvents sound;
  add_sample_events(sound, 1, 3);
  const std::size_t preamble = reel_of({}, false).size();
  Bytes reel = reel_of({&sound, &sound}, false);
  const std::size_t second = reel_of({&sound}, false).size();
  const Bytes tail(reel.begin() + static_cast<std::ptrdiff_t>(second), reel.end());
  reel.resize(preamble);
  header.frame_checksum = checksum(frame);
  const auto frame_header = chunk_header_frame(header);
  reel.insert(reel.end(), frame_header.begin(), frame_header.end());
  reel.insert(reel.end(), frame.begin(), frame.end());
  reel.insert(reel.end(), tail.begin(), tail.end());
  return reel;
}

std::string first_problem(const Bytes& reel) {
  const Outcome outcome = read_reel(reel);
  EXPECT_THAT(outcome.problems, SizeIs(1));
  EXPECT_EQ(outcome.summary.events, 3u) << "the sound chunk behind it";
  return outcome.problems.empty() ? "" : outcome.problems[0].message;
}

ChunkHeader header_of(std::uint64_t content, std::size_t frame) {
  ChunkHeader header;
  header.events = 1;
  header.content_bytes = content;
  header.frame_bytes = static_cast<std::uint32_t>(frame);
  return header;
}

Bytes compressed(const Bytes& content) {
  Compressor compressor;
  const Result<ByteSpan> frame = compressor.compress(content, 1);
  return {frame->begin(), frame->end()};
}

TEST(Hostile, FramesThatAreNotWhatTheHeaderSaysCostOnlyThemselves) {
  const Bytes zeros(4096);
  const Bytes frame = compressed(zeros);
  EXPECT_THAT(first_problem(reel_with(header_of(4096, frame.size()), frame)), HasSubstr("; 1 events are lost"));
  EXPECT_THAT(first_problem(reel_with(header_of(8192, frame.size()), frame)), HasSubstr("another content size"));
  EXPECT_THAT(first_problem(reel_with(header_of(4095, frame.size()), frame)), HasSubstr("sizes beyond"));
  EXPECT_THAT(first_problem(reel_with(header_of(std::uint64_t{1} << 40, frame.size()), frame)), HasSubstr("sizes beyond"));
  EXPECT_THAT(first_problem(reel_with(header_of(64, 64), Bytes(64, std::byte{7}))), HasSubstr("not one zstd frame"));
  Bytes two = frame;
  two.insert(two.end(), frame.begin(), frame.end());
  EXPECT_THAT(first_problem(reel_with(header_of(8192, two.size()), two)), HasSubstr("not one zstd frame"));
  ChunkHeader many = header_of(4096, frame.size());
  many.events = 0xffffffff;
  EXPECT_THAT(first_problem(reel_with(many, frame)), HasSubstr("sizes beyond"));
}

TEST(Hostile, ALengthThatTheFileDoesNotHaveTakesNoMemory) {
  // 250 MiB that never come: the reader may look for them, but not make room for them.
  OwnedEvents none;
  Bytes reel = reel_of({}, false);
  const auto header = chunk_header_frame(header_of(4096, 250 << 20));
  reel.insert(reel.end(), header.begin(), header.end());
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const Outcome outcome = read_reel(reel);
  getrusage(RUSAGE_SELF, &after);
  ASSERT_THAT(outcome.problems, SizeIs(1));
  EXPECT_THAT(outcome.problems[0].message, HasSubstr("ends within this chunk"));
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 << 10) << "KiB";
}

TEST(Hostile, AHeaderThatClaimsTheWorldIsRefused) {
  Bytes reel = reel_of({}, false);
  const std::uint32_t message = 1 << 30;
  const std::uint32_t frame = message + preamble_fixed_bytes - frame_prefix_bytes;
  std::memcpy(reel.data() + 4, &frame, 4);
  std::memcpy(reel.data() + 20, &message, 4);
  const Outcome outcome = read_reel(reel);
  EXPECT_FALSE(outcome.opened);
  EXPECT_EQ(outcome.error.message, "test.reel: the reel's header claims an absurd length");
}

}  // namespace
}  // namespace sysreel::test
