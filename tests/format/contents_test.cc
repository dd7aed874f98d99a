// Where contents stand in a chunk, and in which order of bytes.
#include <gmock/gmock.h>

#include <numeric>
#include <random>

#include "format/byte_planes.h"
#include "format/contents.h"

namespace sysreel::test {
namespace {

std::vector<std::byte> noise(std::size_t size) {
  std::mt19937 random(7);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

TEST(BytePlanes, AreTheColumnsOfTheRows) {
  const std::string rows = "abcABC123", planes = "aA1bB2cC3";
  std::string out(rows.size(), '\0');
  rows_to_planes(std::as_bytes(std::span(rows)).data(), 3, 3, std::as_writable_bytes(std::span(out)).data());
  EXPECT_EQ(out, planes);
}

TEST(BytePlanes, ComeBackForAnyCountAndLength) {
  for (std::size_t count = 0; count < 20; ++count) {
    for (std::size_t length = 0; length < 20; ++length) {
      const std::vector<std::byte> rows = noise(count * length);
      std::vector<std::byte> planes(rows.size()), back(rows.size());
      rows_to_planes(rows.data(), count, length, planes.data());
      for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(planes[i % length * count + i / length], rows[i]);
      planes_to_rows(planes.data(), count, length, back.data());
      ASSERT_EQ(back, rows) << count << " of " << length;
    }
  }
}

// Writes contents at place 3 and reads them back; says whether they stand as planes.
bool stand_as_planes(const std::vector<std::vector<std::byte>>& contents) {
  ContentsWriter writer;
  for (const auto& content : contents) EXPECT_TRUE(writer.intern(content, 3).fresh);
  writer.arrange();
  EXPECT_EQ(writer.contents().size(), std::accumulate(contents.begin(), contents.end(), std::size_t{0},
                                                      [](std::size_t sum, const auto& content) { return sum + content.size(); }));
  Contents reader;
  EXPECT_TRUE(reader.load(writer.places().bytes(), writer.lengths().bytes(), writer.contents().bytes()));
  for (const auto& content : contents) {
    const auto number = reader.next(3);
    if (!number) return ADD_FAILURE() << "a content is missing", false;
    EXPECT_THAT(reader[*number], testing::ElementsAreArray(content));
  }
  EXPECT_FALSE(reader.next(3));
  return (static_cast<unsigned>(writer.places().bytes()[1]) & 1) != 0;
}

TEST(Contents, StandAsPlanesWhereThatIsSmaller) {
  std::vector<std::vector<std::byte>> structures, all_noise, short_ones, of_two_lengths;
  std::mt19937 random(1);
  for (unsigned i = 0; i < 300; ++i) {
    std::vector<std::byte> structure(45);
    for (std::size_t at = 0; at < structure.size(); ++at) {  // numbers whose lower bytes are noise
      structure[at] = static_cast<std::byte>(at % 5 < 2 ? random() : at * 31 + random() % 2);
    }
    structures.push_back(structure);
    of_two_lengths.push_back(structure);
    of_two_lengths.back().resize(i == 150 ? 44 : 45);
    if (i < 5) short_ones.push_back(structure);
  }
  const std::vector<std::byte> bytes = noise(300 * 64);
  for (std::size_t i = 0; i < 300; ++i) all_noise.emplace_back(bytes.begin() + 64 * i, bytes.begin() + 64 * (i + 1));
  EXPECT_TRUE(stand_as_planes(structures));
  EXPECT_FALSE(stand_as_planes(all_noise));
  EXPECT_FALSE(stand_as_planes(short_ones));
  EXPECT_FALSE(stand_as_planes(of_two_lengths));
}

TEST(Contents, AreKnownFromAnyPlace) {
  const std::vector<std::byte> a = noise(10), b = noise(20);
  ContentsWriter writer;
  writer.intern(b, 70);
  const std::uint32_t first = writer.intern(a, 5).id;
  const StringTableWriter::Entry again = writer.intern(a, 9);
  EXPECT_FALSE(again.fresh);
  EXPECT_EQ(again.id, first);
  const std::uint64_t here = writer.reference(first, 5), elsewhere = writer.reference(first, 9);
  writer.arrange();
  Contents reader;
  ASSERT_TRUE(reader.load(writer.places().bytes(), writer.lengths().bytes(), writer.contents().bytes()));
  EXPECT_THAT(reader[reader.find(here, 5).value()], testing::ElementsAreArray(a));
  EXPECT_THAT(reader[reader.find(elsewhere, 9).value()], testing::ElementsAreArray(a));
  EXPECT_FALSE(reader.find(here, 9));
}

}  // namespace
}  // namespace sysreel::test
