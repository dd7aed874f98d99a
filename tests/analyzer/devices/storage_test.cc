// The arguments of storage ioctls: SCSI requests, the device mapper, btrfs.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t at = 0x1000, data = 0x8000;
constexpr int bad_descriptor = 9;

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

std::string arguments(std::string text) { return text.substr(0, text.find(" = ")); }

TEST(Scsi, ShowsTheDataOfARequestThatWrites) {
  const std::string request = bytes(88, {{0, 'S'}, {4, 0xfffffffe}, {8, 6, 1}, {12, 2}, {16, data, 8}, {24, data + 16, 8}, {44, 0x10}});
  EXPECT_EQ(arguments(render(ioctl(0x2285).in(at, request).in(data, "ab").in(data + 16, "cmd123").fails(bad_descriptor))),
            "ioctl(3, SG_IO, {interface_id='S', dxfer_direction=SG_DXFER_TO_DEV, cmd_len=6, cmdp=\"\\x63\\x6d\\x64\\x31\\x32\\x33\", "
            "mx_sb_len=0, iovec_count=0, dxfer_len=2, timeout=0, flags=SG_FLAG_Q_AT_TAIL, dxferp=\"\\x61\\x62\", status=0, "
            "masked_status=0, msg_status=0, sb_len_wr=0, sbp=NULL, host_status=0, driver_status=0, resid=0, duration=0, info=0})");
}

TEST(Scsi, ShowsWhatTheDeviceFilledOfTheBuffer) {
  const std::string request = bytes(88, {{0, 'S'}, {4, 0xfffffffd}, {12, 4}, {16, data, 8}});
  const std::string answer = bytes(88, {{0, 'S'}, {4, 0xfffffffd}, {12, 4}, {16, data, 8}, {72, 1}});
  EXPECT_NE(render(ioctl(0x2285).in(at, request).out(at, answer).out(data, "abcd").returns(0)).find("dxferp=\"\\x61\\x62\\x63\", status=0"),
            std::string::npos);
}

TEST(Scsi, ShowsWhatItCanOfAHeadThatEndsEarlyOrIsOfNoVersion) {
  EXPECT_EQ(arguments(render(ioctl(0x2285).in(at, bytes(4, {{0, 'Q'}}), BlockEnd::fault).fails(bad_descriptor))), "ioctl(3, SG_IO, {guard='Q', 0x1004})");
  EXPECT_EQ(arguments(render(ioctl(0x2285).in(at, bytes(160, {{0, 7}})).fails(bad_descriptor))), "ioctl(3, SG_IO, [7])");
}

std::string mapper_head(std::uint32_t size, std::uint32_t start) {
  std::string head = bytes(312, {{0, 4}, {4, 1}, {8, 2}, {12, size}, {16, start}, {20, 1}, {40, 0x1234, 8}});
  head.replace(48, 3, "nnn");
  return head;
}

TEST(DeviceMapper, ShowsTheTargetsOfATableInFullOnly) {
  std::string request = mapper_head(400, 312) + bytes(88, {{0, 16, 8}, {8, 32, 8}, {20, 88}});
  request.replace(312 + 24, 6, "linear");
  request.replace(312 + 40, 3, "8:1");
  CallBuilder call = ioctl(0xc138fd09).in(at, request).fails(bad_descriptor);
  EXPECT_EQ(arguments(call.text()), "ioctl(3, DM_TABLE_LOAD, [{version=[4, 1, 2], data_size=400, data_start=312, dev=makedev(0x12, 0x34), "
                                    "name=\"nnn\", target_count=1, flags=0}, ...])");
  call.options.abbrev = abi::SyscallSet::none();
  EXPECT_EQ(arguments(call.text()), "ioctl(3, DM_TABLE_LOAD, [{version=[4, 1, 2], data_size=400, data_start=312, dev=makedev(0x12, 0x34), "
                                    "name=\"nnn\", target_count=1, flags=0}, {sector_start=16, length=32, target_type=\"linear\", string=\"8:1\"}])");
}

TEST(DeviceMapper, SaysWhatIsWrongWithAHead) {
  EXPECT_EQ(arguments(render(ioctl(0xc138fd00).in(at, mapper_head(14, 0)).fails(bad_descriptor))),
            "ioctl(3, DM_VERSION, [{version=[4, 1, 2], data_size=14 /* data_size too small */}])");
  EXPECT_EQ(arguments(render(ioctl(0xc138fd00).in(at, bytes(312, {{0, 9}, {12, 312}})).fails(bad_descriptor))),
            "ioctl(3, DM_VERSION, [{version=[9, 0, 0] /* unsupported device mapper ABI version */}])");
  EXPECT_EQ(arguments(render(ioctl(0xc138fd00).in(at, bytes(312, {})).fails(bad_descriptor))), "ioctl(3, DM_VERSION, 0x1000)");
}

TEST(Btrfs, NamesTheBoundsOfASearch) {
  std::string request = bytes(4096, {{0, 5, 8}, {8, 256, 8}, {16, ~0ull, 8}, {32, ~0ull, 8}, {48, ~0ull, 8}, {56, 1}, {60, 12}, {64, 10}});
  EXPECT_EQ(arguments(render(ioctl(0xd0009411).in(at, request).fails(bad_descriptor))),
            "ioctl(3, BTRFS_IOC_TREE_SEARCH, {key={tree_id=BTRFS_FS_TREE_OBJECTID, max_objectid=UINT64_MAX, min_offset=0, max_offset=UINT64_MAX, "
            "min_transid=0, max_transid=UINT64_MAX, min_type=BTRFS_INODE_ITEM_KEY, max_type=BTRFS_INODE_REF_KEY, nr_items=10}})");
}

TEST(Btrfs, ShowsFlagsBehindAPointerWithoutBrackets) {
  EXPECT_EQ(arguments(render(ioctl(0x4008941a).in(at, bytes(8, {{0, 2, 8}})).fails(bad_descriptor))),
            "ioctl(3, BTRFS_IOC_SUBVOL_SETFLAGS, BTRFS_SUBVOL_RDONLY)");
}

}  // namespace
}  // namespace sysreel::testing
