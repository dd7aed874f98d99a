// What -e read= and -e write= print behind a call.
#include "analyzer/text/hexdump.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

std::string dumps_of(CallBuilder call) {
  text::Out out, comment;
  call.options.dump_read.everything = call.options.dump_write.everything = true;
  const Call& event = call.event();
  text::CallPrinter p(event, text::row_for(event), call.options, call.model, out, comment, text::Half::exit);
  text::print_hexdumps(p);
  return std::string(out.view());
}

TEST(Hexdump, ShowsSixteenBytesALine) {
  EXPECT_EQ(dumps_of(CallBuilder("write", {1, 0x1000, 18}).in(0x1000, "abcdefghijklmnop\n\x80").returns(18)),
            " | 00000  61 62 63 64 65 66 67 68  69 6a 6b 6c 6d 6e 6f 70  abcdefghijklmnop |\n"
            " | 00010  0a 80                                             ..               |\n");
}

TEST(Hexdump, ShowsWhatWasReadNotWhatWasAskedFor) {
  EXPECT_EQ(dumps_of(CallBuilder("read", {0, 0x1000, 100}).out(0x1000, "ab").returns(2)),
            " | 00000  61 62                                             ab               |\n");
}

TEST(Hexdump, SaysWhatCouldNotBeFetchedBehindWhatCould) {
  const std::string piece(1 << 16, 'x');
  CallBuilder call("write", {1, 0x10000, (1 << 16) + 2});
  call.in(0x10000, piece).returns(1 << 16);
  const std::string dumps = dumps_of(call);
  EXPECT_EQ(std::count(dumps.begin(), dumps.end(), '\n'), (1 << 12) + 1);
  EXPECT_TRUE(dumps.ends_with(" | <Cannot fetch 2 bytes from pid 100 @0x20000>\n")) << dumps.substr(dumps.size() - 80);
}

TEST(Hexdump, NothingOfABufferThatCouldNotBeRead) {
  EXPECT_EQ(dumps_of(CallBuilder("write", {1, 0x1000, 20}).in(0x1000, "abc").fails(14)), "");
}

TEST(Hexdump, AFailedReadHasNone) { EXPECT_EQ(dumps_of(CallBuilder("read", {0, 0x1000, 100}).fails(9)), ""); }

TEST(Hexdump, NumbersTheBuffersOfAVector) {
  const std::uint64_t vector[] = {0x1000, 2, 0x1100, 8};
  EXPECT_EQ(dumps_of(CallBuilder("readv", {0, 0x2000, 2}).in_object(0x2000, vector).out(0x1000, "ab").out(0x1100, "c").returns(3)),
            " * 2 bytes in buffer 0\n"
            " | 00000  61 62                                             ab               |\n"
            " * 1 bytes in buffer 1\n"
            " | 00000  63                                                c                |\n");
}

TEST(Hexdump, OnlyOfTheDescriptorsAskedFor) {
  CallBuilder call("write", {1, 0x1000, 1});
  call.in(0x1000, "a").returns(1);
  call.options.dump_write.numbers = {2};
  text::Out out, comment;
  const Call& event = call.event();
  text::CallPrinter p(event, text::row_for(event), call.options, call.model, out, comment, text::Half::exit);
  text::print_hexdumps(p);
  EXPECT_EQ(out.view(), "");
}

}  // namespace
}  // namespace sysreel::testing
