// A reel that was cut off or damaged gives what is left of it, and says what is missing.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/format/sample_reel.h"

namespace sysreel::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr unsigned events_a_chunk = 2;

// Three chunks of a few events each, and the bytes at which their frames begin and end.
class Salvage : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<const OwnedEvents*> all;
    for (unsigned i = 0; i < 3; ++i) {
      add_sample_events(chunks_[i], i + 10, events_a_chunk);
      all.push_back(&chunks_[i]);
      ends_.push_back(reel_of(all, false).size());
    }
    first_chunk_ = reel_of({}, false).size();
    unclosed_ = reel_of(all, false);
    closed_ = reel_of(all);
  }

  // Events of these chunks in order.
  std::vector<std::string> events_of(std::initializer_list<unsigned> chunks) const {
    std::vector<std::string> texts;
    for (const unsigned chunk : chunks) {
      for (std::string& text : to_texts(chunks_[chunk])) texts.push_back(std::move(text));
    }
    return texts;
  }

  OwnedEvents chunks_[3];
  std::size_t first_chunk_ = 0;
  std::vector<std::size_t> ends_;  // of each chunk
  Bytes unclosed_;
  Bytes closed_;
};

// Damaged parts announce themselves in the stream of events; everything else must have been written.
std::vector<std::string> without_damage_notes(std::vector<std::string> events) {
  std::erase_if(events, [](const std::string& text) { return text.starts_with("10 ") && text.find(" cause=5 ") != std::string::npos; });
  return events;
}

bool is_part_of(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  auto at = whole.begin();
  for (const std::string& text : part) {
    at = std::find(at, whole.end(), text);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

Bytes first(const Bytes& bytes, std::size_t count) { return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)}; }

TEST_F(Salvage, EverythingBeforeTheCutReadsWhereverItIs) {
  for (std::size_t cut = 0; cut < closed_.size(); ++cut) {
    const Outcome outcome = read_reel(first(closed_, cut));
    if (cut < first_chunk_) {
      EXPECT_FALSE(outcome.opened) << "cut at byte " << cut;
      EXPECT_EQ(outcome.error.kind, ErrorKind::damaged) << "cut at byte " << cut;
      continue;
    }
    ASSERT_TRUE(outcome.opened) << "cut at byte " << cut;
    std::vector<std::string> expected;
    for (unsigned chunk = 0; chunk < 3; ++chunk) {
      if (cut < ends_[chunk]) continue;
      for (std::string& text : events_of({chunk})) expected.push_back(std::move(text));
    }
    std::vector<std::string> seen = without_damage_notes(outcome.events);
    // The fourth chunk holds the End alone.
    if (!seen.empty() && seen.back().starts_with("11 time=99 ")) seen.pop_back();
    EXPECT_EQ(seen, expected) << "cut at byte " << cut;
    EXPECT_FALSE(outcome.summary.closed) << "cut at byte " << cut;
    const bool between_chunks = cut == first_chunk_ || std::find(ends_.begin(), ends_.end(), cut) != ends_.end();
    if (between_chunks) {
      EXPECT_THAT(outcome.problems, IsEmpty()) << "cut at byte " << cut;
    } else if (cut < ends_.back()) {
      EXPECT_THAT(outcome.problems, SizeIs(1)) << "cut at byte " << cut;
    }
  }
}

TEST_F(Salvage, NoFlippedBitGivesAnEventThatDidNotHappen) {
  const std::vector<std::string> all = read_reel(closed_).events;
  for (std::size_t bit = 0; bit < closed_.size() * 8; ++bit) {
    Bytes damaged = closed_;
    damaged[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    const Outcome outcome = read_reel(damaged);
    if (!outcome.opened) {
      EXPECT_LT(bit / 8, first_chunk_) << "bit " << bit;
      continue;
    }
    const std::vector<std::string> seen = without_damage_notes(outcome.events);
    ASSERT_TRUE(is_part_of(seen, all)) << "bit " << bit;
    // A chunk is lost whole, and only the one that was hit; damage is never silent.
    ASSERT_GE(bit / 8, first_chunk_) << "bit " << bit;
    for (unsigned chunk = 0; chunk < 3; ++chunk) {
      const bool hit = bit / 8 < ends_[chunk] && bit / 8 >= (chunk == 0 ? first_chunk_ : ends_[chunk - 1]);
      EXPECT_EQ(is_part_of(events_of({chunk}), seen), !hit) << "bit " << bit << " chunk " << chunk;
      if (hit) {
        EXPECT_THAT(outcome.problems, SizeIs(1)) << "bit " << bit;
      }
    }
    EXPECT_TRUE(!outcome.problems.empty() || !outcome.summary.closed) << "bit " << bit;
  }
}

TEST_F(Salvage, ADamagedChunkIsNamedAndItsEventsAreCountedAsLost) {
  Bytes damaged = closed_;
  damaged[ends_[1] - 1] ^= std::byte{1};
  const Outcome outcome = read_reel(damaged);
  ASSERT_THAT(outcome.problems, SizeIs(1));
  EXPECT_EQ(outcome.problems[0].chunk, 1u);
  EXPECT_EQ(outcome.problems[0].offset, ends_[0]);
  EXPECT_EQ(outcome.problems[0].events, events_a_chunk);
  EXPECT_EQ(outcome.problems[0].message, "test.reel: chunk 1 at byte " + std::to_string(ends_[0]) +
                                             ": the chunk is damaged (checksum); 2 events are lost");
  EXPECT_TRUE(std::any_of(outcome.events.begin(), outcome.events.end(), [](const std::string& text) {
    return text.starts_with("10 ") && text.find(" cause=5 count=2 ") != std::string::npos;
  }));
  EXPECT_TRUE(outcome.summary.closed);
}

TEST_F(Salvage, TheIndexTellsWhatAnUnreadableChunkHeaderCost) {
  Bytes damaged = closed_;
  damaged[ends_[0] + 30] ^= std::byte{1};
  const Outcome outcome = read_reel(damaged);
  ASSERT_THAT(outcome.problems, SizeIs(1));
  EXPECT_EQ(outcome.problems[0].chunk, 1u);
  EXPECT_EQ(outcome.problems[0].events, events_a_chunk);
  EXPECT_THAT(outcome.problems[0].message, HasSubstr("the chunk header is damaged; 2 events are lost"));
}

TEST_F(Salvage, AMissingChunkIsNoticed) {
  Bytes without = first(unclosed_, ends_[0]);
  without.insert(without.end(), unclosed_.begin() + static_cast<std::ptrdiff_t>(ends_[1]), unclosed_.end());
  const Outcome outcome = read_reel(without);
  EXPECT_EQ(outcome.events, events_of({0, 2}));
  ASSERT_THAT(outcome.problems, SizeIs(1));
  EXPECT_THAT(outcome.problems[0].message, HasSubstr("what was between is missing"));
}

TEST_F(Salvage, ZerosWhereAFileSystemLostPagesCostOnlyTheChunksTheyHit) {
  Bytes damaged = closed_;
  std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(ends_[0]) - 20, damaged.begin() + static_cast<std::ptrdiff_t>(ends_[0]) + 200,
            std::byte{0});
  const Outcome outcome = read_reel(damaged);
  EXPECT_TRUE(is_part_of(events_of({2}), outcome.events));
  EXPECT_GE(outcome.problems.size(), 1u);
  EXPECT_TRUE(outcome.summary.closed);
}

TEST_F(Salvage, BytesBehindTheFooterAreReported) {
  Bytes longer = closed_;
  longer.resize(longer.size() + 100);
  const Outcome outcome = read_reel(longer);
  EXPECT_EQ(without_damage_notes(outcome.events), read_reel(closed_).events);
  ASSERT_THAT(outcome.problems, SizeIs(1));
  EXPECT_THAT(outcome.problems[0].message, HasSubstr("bytes follow the footer"));
}

TEST_F(Salvage, AReelOfARecorderThatDiedIsNotClosedButWhole) {
  const Outcome outcome = read_reel(unclosed_);
  EXPECT_EQ(outcome.events, events_of({0, 1, 2}));
  EXPECT_FALSE(outcome.summary.closed);
  EXPECT_THAT(outcome.problems, IsEmpty());
}

TEST(Foreign, WhatIsNoReelIsRefusedInOneSentence) {
  const auto refusal = [](std::string_view content) {
    const Outcome outcome = read_reel(std::as_bytes(std::span(content)));
    EXPECT_FALSE(outcome.opened);
    EXPECT_EQ(outcome.error.kind, ErrorKind::damaged);
    return outcome.error.message;
  };
  EXPECT_EQ(refusal(""), "test.reel: the file is empty");
  EXPECT_EQ(refusal("hello"), "test.reel: this is not a reel");
  EXPECT_EQ(refusal(std::string(1000, 'x')), "test.reel: this is not a reel");
  EXPECT_EQ(refusal(std::string("\x50\x2A\x4D\x18\x18\0\0\0SYSREEL?", 16) + std::string(100, '\0')), "test.reel: this is not a reel");
}

TEST(Foreign, ANewerFormatIsNamed) {
  Bytes reel = reel_of({});
  reel[16] = std::byte{1};  // major version, behind the frame's prefix and the magic
  const Outcome outcome = read_reel(reel);
  EXPECT_FALSE(outcome.opened);
  EXPECT_EQ(outcome.error.kind, ErrorKind::unsupported);
  EXPECT_EQ(outcome.error.message, "test.reel: the reel has format version 1, this program reads version 5");
}

TEST(Foreign, ADirectoryIsAnError) {
  const Result<ReelReader> reader = ReelReader::open("/");
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().message, "/: reading: Is a directory");
}

TEST(Foreign, AMissingFileIsNotFound) {
  const Result<ReelReader> reader = ReelReader::open("/nonexistent/x.reel");
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().kind, ErrorKind::not_found);
  EXPECT_EQ(reader.error().message, "/nonexistent/x.reel: No such file or directory");
}

}  // namespace
}  // namespace sysreel::test
