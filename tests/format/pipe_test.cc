// A reel that comes through a pipe, in pieces of any size, reads as from a file.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <thread>

#include "tests/format/sample_reel.h"

namespace sysreel::test {
namespace {

// Writes `reel` into a pipe in pieces and gives what reading the other end finds.
Outcome read_through_pipe(const Bytes& reel, std::size_t piece) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  std::thread feeder([&reel, piece, out = UniqueFd(ends[1])] {
    for (std::size_t at = 0; at < reel.size(); at += piece) {
      const std::size_t count = std::min(piece, reel.size() - at);
      if (::write(out.get(), reel.data() + at, count) != static_cast<ssize_t>(count)) return;
    }
  });
  Outcome outcome = read_reel(UniqueFd(ends[0]));
  feeder.join();
  return outcome;
}

TEST(Pipe, GivesTheEventsOfTheFile) {
  OwnedEvents first, second;
  add_sample_events(first, 1, 200);
  add_sample_events(second, 2, 200);
  const Bytes reel = reel_of({&first, &second});
  const Outcome from_file = read_reel(reel);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{97}, reel.size()}) {
    const Outcome from_pipe = read_through_pipe(reel, piece);
    EXPECT_EQ(from_pipe.events, from_file.events) << "in pieces of " << piece;
    EXPECT_THAT(from_pipe.problems, testing::IsEmpty());
    EXPECT_TRUE(from_pipe.summary.closed);
  }
}

TEST(Pipe, DamageCostsOneChunkThereToo) {
  OwnedEvents first, second;
  add_sample_events(first, 1, 50);
  add_sample_events(second, 2, 50);
  const std::size_t header = reel_of({}, false).size();
  Bytes reel = reel_of({&first, &second});
  for (const std::size_t at : {header + 10, header + 200}) {  // in the chunk's header, in its frame
    Bytes damaged = reel;
    damaged[at] ^= std::byte{4};
    const Outcome outcome = read_through_pipe(damaged, 4096);
    EXPECT_THAT(outcome.problems, testing::SizeIs(1)) << "at byte " << at;
    EXPECT_TRUE(outcome.summary.closed);
    EXPECT_EQ(outcome.summary.chunks, 2u);
  }
}

TEST(Pipe, CannotBeReadTwice) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Bytes reel = reel_of({});
  ASSERT_EQ(::write(ends[1], reel.data(), reel.size()), static_cast<ssize_t>(reel.size()));
  ::close(ends[1]);
  Result<ReelReader> reader = ReelReader::open(UniqueFd(ends[0]), "pipe");
  ASSERT_TRUE(reader.ok());
  EventSink sink;
  EXPECT_TRUE(reader->replay(sink).ok());
  const Result<void> again = reader->replay(sink);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().message, "pipe: a pipe can be read only once");
}

TEST(Pipe, AFileReadsFromItsPositionAndAsOftenAsWanted) {
  OwnedEvents events;
  add_sample_events(events, 5, 100);
  Bytes reel = reel_of({&events});
  const Bytes expected_bytes = reel;
  reel.insert(reel.begin(), 7, std::byte{'x'});
  UniqueFd file = file_with(reel);
  ::lseek(file.get(), 7, SEEK_SET);
  Result<ReelReader> reader = ReelReader::open(std::move(file), "x");
  ASSERT_TRUE(reader.ok());
  OwnedEvents once, twice;
  ASSERT_TRUE(reader->replay(once).ok());
  ASSERT_TRUE(reader->replay(twice).ok());
  EXPECT_EQ(to_texts(once), to_texts(twice));
  EXPECT_EQ(to_texts(once), read_reel(expected_bytes).events);
}

}  // namespace
}  // namespace sysreel::test
