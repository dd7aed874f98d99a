// The arguments of the console's ioctls: numbers with a meaning, keys, strings and fonts that end early.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t at = 0x1000;
constexpr int bad_descriptor = 9;

CallBuilder console(std::uint64_t command, std::uint64_t argument = at) { return CallBuilder("ioctl", {3, command, argument}); }

std::string failed(CallBuilder call) {
  std::string text = render(call.fails(bad_descriptor));
  return text.substr(0, text.find(" = "));
}

TEST(Console, ExplainsTheFrequencyOfASound) {
  EXPECT_EQ(failed(console(0x4b2f, 440)), "ioctl(3, KIOCSOUND, 440 /* 2711 Hz */)");
  EXPECT_EQ(failed(console(0x4b2f, 0)), "ioctl(3, KIOCSOUND, 0 /* off */)");
  EXPECT_EQ(failed(console(0x4b2f, 1193183)), "ioctl(3, KIOCSOUND, 1193183 /* off */)");
  EXPECT_EQ(failed(console(0x4b30, 0x1ffff)), "ioctl(3, KDMKTONE, 1<<16|65535 /* 18 Hz, 1 ms */)");
  EXPECT_EQ(failed(console(0x4b30, 440)), "ioctl(3, KDMKTONE, 440 /* off */)");
}

TEST(Console, LooksAtTheBitsThatTheKernelLooksAt) {
  EXPECT_EQ(failed(console(0x4b32, 0xbadc0dedfeedfaf0)), "ioctl(3, KDSETLED, 0xf0 /* LED_??? */)");
  EXPECT_EQ(failed(console(0x4b65, 0x11)), "ioctl(3, KDSKBLED, LED_SCR|LED_SCR<<4)");
  EXPECT_EQ(failed(console(0x4b45, 0xffffffff)), "ioctl(3, KDSKBMODE, -1 /* K_??? */)");
}

TEST(Console, NamesWhatAKeyProduces) {
  const auto entry = [](std::string_view bytes) { return failed(console(0x4b47).in(at, bytes, BlockEnd::fault)); };
  EXPECT_EQ(entry(std::string_view("\0\x01\x1d\x01", 4)), "ioctl(3, KDSKBENT, {kb_table=K_NORMTAB, kb_index=1, kb_value=0x11d /* K_PAUSE */})");
  EXPECT_EQ(entry(std::string_view("\x04\x02\x41\x08", 4)), "ioctl(3, KDSKBENT, {kb_table=1<<KG_CTRL, kb_index=2, kb_value=0x841 /* K(KT_META, 'A') */})");
  EXPECT_EQ(entry(std::string_view("\x01\x02\xed\x0f", 4)), "ioctl(3, KDSKBENT, {kb_table=K_SHIFTTAB, kb_index=2, kb_value=0xfed /* K(0xf, 0xed) */})");
  EXPECT_EQ(entry(std::string_view("\x01\x02", 2)), "ioctl(3, KDSKBENT, {kb_table=K_SHIFTTAB, kb_index=2, kb_value=???})");
  EXPECT_EQ(failed(console(0x4b46).in(at, std::string_view("\0\x01\0\0", 4))), "ioctl(3, KDGKBENT, {kb_table=K_NORMTAB, kb_index=1})");
}

TEST(Console, ShowsTheStringOfAFunctionKeyAsFarAsItGoes) {
  EXPECT_EQ(failed(console(0x4b49).in(at, std::string_view("\x01hello\0", 7), BlockEnd::fault)), "ioctl(3, KDSKBSENT, {kb_func=KVAL(K_F2), kb_string=\"hello\"})");
  EXPECT_EQ(failed(console(0x4b49).in(at, std::string_view("\x01hello", 6), BlockEnd::fault)), "ioctl(3, KDSKBSENT, {kb_func=KVAL(K_F2), kb_string=???})");
}

TEST(Console, ShowsAsManyDiacriticsAsThereAre) {
  EXPECT_EQ(failed(console(0x4b4b).in(at, std::string_view("\x02\0\0\0`a'", 7), BlockEnd::fault)),
            "ioctl(3, KDSKBDIACR, {kb_cnt=2, kbdiacr=[{diacr='`', base='a', result='\\''}, ... /* 0x1007 */]})");
}

TEST(Console, TellsWhatTheMapHasEvenOnFailure) {
  const std::string_view request("\x10\0\0\0\0\0\0\0\0\x20\0\0\0\0\0\0", 16), answer("\x20\0\0\0\0\0\0\0\0\x20\0\0\0\0\0\0", 16);
  EXPECT_EQ(failed(console(0x4b66).in(at, request).out(at, answer)), "ioctl(3, GIO_UNIMAP, {entry_ct=16 => 32, entries=0x2000})");
}

TEST(Console, ShowsTheGlyphsThatAFontIsSetTo) {
  std::string request(32, '\0');
  request[8] = 8;   // width
  request[16] = 1;  // charcount
  request[25] = 0x20;
  const std::string glyph(32, '\x7e');
  CallBuilder call = console(0x4b72);
  call.options.string_limit = 2;
  EXPECT_EQ(failed(std::move(call.in(at, request).in(0x2000, glyph))),
            "ioctl(3, KDFONTOP, {op=KD_FONT_OP_SET, flags=0, width=8, height=0, charcount=1, data=\"\\x7e\\x7e\"...})");
}

}  // namespace
}  // namespace sysreel::testing
