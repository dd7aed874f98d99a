// The arguments of ioctl(2): what was asked and what was answered, unions, structures that end early.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t at = 0x1000;

// Bytes in which numbers stand at offsets: bytes(72, {{0, 5}, {4, 1}}).
struct Number {
  std::size_t offset;
  std::uint64_t value;
  std::size_t width = 4;
};
std::string bytes(std::size_t size, std::initializer_list<Number> numbers) {
  std::string image(size, '\0');
  for (const Number& number : numbers) std::memcpy(image.data() + number.offset, &number.value, number.width);
  return image;
}

CallBuilder ioctl(std::uint64_t command) { return CallBuilder("ioctl", {3, command, at}); }

TEST(Ioctl, ShowsWhatWasAskedEvenIfNothingWasAnswered) {
  const std::string image = bytes(72, {{0, 50}, {4, 1}});
  EXPECT_EQ(render(ioctl(0xc048b402).in(at, image).fails(9)),
            "ioctl(3, GPIO_GET_LINEINFO_IOCTL, {line_offset=50}) = -1 EBADF (Bad file descriptor)");
}

TEST(Ioctl, ShowsTheAnswerBesidesWhatWasAsked) {
  std::string answer = bytes(72, {{0, 50}, {4, 1}});
  answer.replace(8, 2, "in");
  EXPECT_EQ(render(ioctl(0xc048b402).in(at, bytes(72, {{0, 50}})).out(at, answer).returns(0)),
            "ioctl(3, GPIO_GET_LINEINFO_IOCTL, {line_offset=50} => {flags=GPIOLINE_FLAG_KERNEL, name=\"in\", consumer=\"\"}) = 0");
}

TEST(Ioctl, ShowsANumberThatTheKernelChanged) {
  EXPECT_EQ(render(ioctl(0xc0145608).in(at, bytes(20, {{0, 8}, {4, 1}, {8, 1}})).out(at, bytes(20, {{0, 4}, {4, 1}, {8, 1}})).returns(0)),
            "ioctl(3, VIDIOC_REQBUFS, {type=V4L2_BUF_TYPE_VIDEO_CAPTURE, memory=V4L2_MEMORY_MMAP, count=8 => 4}) = 0");
}

TEST(Ioctl, ShowsTheArmOfAUnionThatItsTypeNames) {
  const std::string image = bytes(208, {{0, 1}, {8, 640}, {12, 480}, {16, 0x56595559}, {20, 1}});
  EXPECT_EQ(render(ioctl(0xc0d05604).in(at, bytes(208, {{0, 1}})).out(at, image).returns(0)),
            "ioctl(3, VIDIOC_G_FMT, {type=V4L2_BUF_TYPE_VIDEO_CAPTURE, fmt.pix={width=640, height=480, "
            "pixelformat=v4l2_fourcc('Y', 'U', 'Y', 'V') /* V4L2_PIX_FMT_YUYV */, field=V4L2_FIELD_NONE, bytesperline=0, "
            "sizeimage=0, colorspace=V4L2_COLORSPACE_DEFAULT}}) = 0");
  EXPECT_EQ(render(ioctl(0xc0d05604).in(at, bytes(208, {{0, 77}})).out(at, bytes(208, {{0, 77}})).returns(0)),
            "ioctl(3, VIDIOC_G_FMT, {type=0x4d /* V4L2_BUF_TYPE_??? */}) = 0");
}

TEST(Ioctl, ShowsAPlainAttributeWhereNoArmIsKnown) {
  const std::string known = bytes(272, {{0, 0, 8}, {8, 1}, {32, 1}, {40, 2, 8}, {48, 5, 8}});
  EXPECT_EQ(render(ioctl(0xc110b40d).in(at, known).returns(0)),
            "ioctl(3, GPIO_V2_LINE_SET_CONFIG_IOCTL, {flags=0, num_attrs=1, attrs=[{flags=GPIO_V2_LINE_FLAG_ACTIVE_LOW, mask=0x5}]}) = 0");
  const std::string unknown = bytes(272, {{8, 1}, {32, 9}, {40, 2, 8}, {48, 5, 8}});
  EXPECT_EQ(render(ioctl(0xc110b40d).in(at, unknown).returns(0)),
            "ioctl(3, GPIO_V2_LINE_SET_CONFIG_IOCTL, {flags=0, num_attrs=1, attrs=[{attr={id=9, data=0x2}, mask=0x5}]}) = 0");
}

TEST(Ioctl, LetsFlagsSayWhatAFieldIs) {
  EXPECT_EQ(render(ioctl(0x40383d03).in(at, bytes(56, {{0, 1, 8}, {36, 4}})).returns(0)),
            "ioctl(3, PTP_PEROUT_REQUEST, {phase={sec=1, nsec=0}, period={sec=0, nsec=0}, index=0, flags=PTP_PEROUT_PHASE}) = 0");
}

TEST(Ioctl, RevealsWhatIsHiddenWithoutVerboseIfItMatters) {
  const std::string plain = bytes(232, {{40, 7}});
  EXPECT_EQ(render(ioctl(0x4c04).in(at, plain).returns(0)),
            "ioctl(3, LOOP_SET_STATUS64, {lo_offset=0, lo_number=7, lo_flags=0, lo_file_name=\"\", ...}) = 0");
  const std::string encrypted = bytes(232, {{40, 7}, {44, 1}, {48, 2}, {184, 'k'}});
  EXPECT_EQ(render(ioctl(0x4c04).in(at, encrypted).returns(0)),
            "ioctl(3, LOOP_SET_STATUS64, {lo_offset=0, lo_number=7, lo_encrypt_type=LO_CRYPT_XOR, lo_encrypt_key_size=2, lo_flags=0, "
            "lo_file_name=\"\", lo_crypt_name=\"\", lo_encrypt_key=\"k\\0\", ...}) = 0");
}

TEST(Ioctl, ReadsAPackedStructureToItsEnd) {
  EXPECT_EQ(render(ioctl(0x400c6f02).in(at, bytes(12, {{0, 4096, 8}, {8, 3}}), BlockEnd::fault).returns(0)),
            "ioctl(3, UBI_IOCRSVOL, {bytes=4096, vol_id=3}) = 0");
  EXPECT_EQ(render(ioctl(0x400c6f02).in(at, bytes(11, {}), BlockEnd::fault).returns(0)), "ioctl(3, UBI_IOCRSVOL, 0x1000) = 0");
}

TEST(Ioctl, CutsArraysAtWhatAFieldCounts) {
  const std::string image = bytes(364, {{0, 18}, {4, 35}, {356, 2}});
  EXPECT_EQ(render(ioctl(0xc16cb403).in(at, image).fails(9)),
            "ioctl(3, GPIO_GET_LINEHANDLE_IOCTL, {lines=2, lineoffsets=[18, 35], flags=0, default_values=[0, 0], consumer_label=\"\"}) "
            "= -1 EBADF (Bad file descriptor)");
  const std::string hostile = bytes(364, {{356, 0xffffffff}});
  EXPECT_NE(render(ioctl(0xc16cb403).in(at, hostile).fails(9)).find("lines=4294967295, lineoffsets=[0, "), std::string::npos);
}

TEST(Ioctl, ShowsNullAndUnreadableMemoryAsAddresses) {
  EXPECT_EQ(render(CallBuilder("ioctl", {3, 0xc0585609, 0}).fails(14)), "ioctl(3, VIDIOC_QUERYBUF, NULL) = -1 EFAULT (Bad address)");
  EXPECT_EQ(render(ioctl(0xc0585609).in(at, "", BlockEnd::fault).fails(14)),
            "ioctl(3, VIDIOC_QUERYBUF, 0x1000) = -1 EFAULT (Bad address)");
}

TEST(Ioctl, NamesWhichEventsADeviceHas) {
  std::string keys(96, '\0');
  keys[0] = 0x06;  // KEY_ESC, KEY_1
  EXPECT_EQ(render(CallBuilder("ioctl", {3, 0x80604521, at}).out(at, keys).returns(96)),
            "ioctl(3, EVIOCGBIT(EV_KEY, 96), [KEY_ESC KEY_1]) = 96");
}

TEST(Ioctl, ShowsASeccompNotificationBeforeAndAfterTheCall) {
  const std::string call = bytes(80, {{0, 7, 8}, {8, 99}, {16, 39}, {20, 0xc000003e}});
  EXPECT_EQ(render(ioctl(0xc0502100).in(at, bytes(80, {})).out(at, call).returns(0)),
            "ioctl(3, SECCOMP_IOCTL_NOTIF_RECV, {id=0x7, pid=99, flags=0, data={nr=__NR_getpid, arch=AUDIT_ARCH_X86_64, "
            "instruction_pointer=NULL, args=[0, 0, 0, 0, 0, 0]}}) = 0");
}

TEST(Ioctl, NamesTheTypeOfANamespaceBehindTheResult) {
  EXPECT_EQ(render(CallBuilder("ioctl", {3, 0xb703, 0}).returns(0x10000000)), "ioctl(3, NS_GET_NSTYPE) = 268435456 (CLONE_NEWUSER)");
}

TEST(SocketFilter, PrintsAsTheProgramIsWritten) {
  CallBuilder call("setsockopt", {3, 1, 26, at, 16});
  call.options.abbrev = abi::SyscallSet::none();
  call.in(at, bytes(16, {{0, 2, 2}, {8, 0x2000, 8}}));
  call.in(0x2000, bytes(16, {{0, 0x28, 2}, {4, 0xfffff000}, {8, 0x15, 2}, {10, 1, 1}, {12, 0x800}}));
  EXPECT_EQ(call.returns(0).text(),
            "setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len=2, filter=[BPF_STMT(BPF_LD|BPF_H|BPF_ABS, SKF_AD_OFF+SKF_AD_PROTOCOL), "
            "BPF_JUMP(BPF_JMP|BPF_K|BPF_JEQ, 0x800, 0x1, 0)]}, 16) = 0");
}

}  // namespace
}  // namespace sysreel::testing
