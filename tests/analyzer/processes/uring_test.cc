// io_uring: what is waited for; resources that are longer than known, operations that take one structure, entries, queries.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t at = 0x1000;

std::string registered(std::uint64_t operation, std::string_view bytes, std::uint64_t count) {
  CallBuilder call("io_uring_register", {3, operation, at, count});
  std::string text = render(call.in(at, bytes, BlockEnd::fault).fails(22));
  const std::size_t begin = text.find(", ", text.find(", ") + 2) + 2;
  return text.substr(begin, text.find(" = ") - begin);
}

TEST(Uring, ShowsWhatIsBehindAResourceIfItIsNotZero) {
  std::string resource(40, '\0');
  EXPECT_EQ(registered(13, resource, 40), "{nr=0, flags=0, data=NULL, tags=NULL}, 40)");
  resource[39] = '\x7f';
  EXPECT_EQ(registered(13, resource, 40), "{nr=0, flags=0, data=NULL, tags=NULL, /* bytes 32..39 */ \"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x7f\"}, 40)");
  EXPECT_EQ(registered(13, resource, 48), "{nr=0, flags=0, data=NULL, tags=NULL, ???}, 48)");
  EXPECT_EQ(registered(13, resource, 24), "0x1000, 24)");
}

TEST(Uring, ShowsTheFilesThatTheCallSaysThereAre) {
  std::string update(16, '\0');
  update[1] = '\x01';
  update[9] = '\x20';
  EXPECT_EQ(registered(6, update, 0), "{offset=256, fds=[]}, 0)");
}

TEST(Uring, ShowsTheOneStructureThatAnOperationTakes) {
  std::string range(16, '\0');
  range[0] = 5;
  EXPECT_EQ(registered(25, range, 1), "{off=5, len=0}, 1)");
  EXPECT_EQ(registered(25, range, 2), "0x1000, 2)");
  EXPECT_EQ(registered(29, range, 0), "{clockid=CLOCK_REALTIME_COARSE}, 0)");
}

TEST(Uring, ShowsHowManyWorkersThereMayBe) {
  EXPECT_EQ(registered(19, std::string_view("\x01\0\0\0\x02\0\0\0", 8), 2), "[[IO_WQ_BOUND]=1, [IO_WQ_UNBOUND]=2] => 0x1000, 2)");
  EXPECT_EQ(registered(19, std::string_view("\x01\0\0\0", 4), 2), "[[IO_WQ_BOUND]=1, ... /* 0x1004 */], 2)");
}

// Numbers one after the other, as a structure has them in memory.
template <typename... Numbers>
std::string packed(Numbers... numbers) {
  std::string bytes;
  (bytes.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
  return bytes;
}

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

// An entry of the submission queue.
std::string entry(u8 operation, u16 priority, int fd, u64 offset, u32 flags, u64 last = 0, u64 attributes = 0) {
  return packed(operation, u8{0}, priority, fd, offset, u64{0}, u32{0}, flags, u64{0}, u16{0}, u16{0}, u32{0}, last,
                attributes);
}

constexpr std::string_view behind_flags = ", user_data=0, buf_index=0, personality=0, file_index=0, ";

TEST(Uring, WaitsForWhatTheExtendedArgumentSays) {
  CallBuilder call("io_uring_enter", {3, 1, 2, 9, at, 24});
  call.in(at, packed(u64{0x2000}, u32{8}, u32{7}, u64{0x3000})).in(0x2000, packed(u64{1})).in(0x3000, packed(u64{5}, u64{6}));
  EXPECT_EQ(
      render(call.fails(9)),
      "io_uring_enter(3, 1, 2, IORING_ENTER_GETEVENTS|IORING_ENTER_EXT_ARG, {sigmask=[HUP], sigmask_sz=8, min_wait_usec=7, "
      "ts={tv_sec=5, tv_nsec=6}}, 24) = -1 EBADF (Bad file descriptor)");
  EXPECT_EQ(render(CallBuilder("io_uring_enter", {3, 1, 2, 0x40, 64, 24}).returns(1)),
            "io_uring_enter(3, 1, 2, IORING_ENTER_EXT_ARG_REG, 64, 24) = 1");
  EXPECT_EQ(render(CallBuilder("io_uring_enter", {3, 1, 2, 0x48, at, 8}).in(at, packed(u64{2})).returns(1)),
            "io_uring_enter(3, 1, 2, IORING_ENTER_EXT_ARG|IORING_ENTER_EXT_ARG_REG, [INT], 8) = 1");
}

TEST(Uring, NamesARegisteredRingByItsIndex) {
  CallBuilder call("io_uring_register", {3, 0x80000001, at, 0});
  EXPECT_EQ(call.fails(22).text(),
            "io_uring_register(3, IORING_UNREGISTER_BUFFERS|IORING_REGISTER_USE_REGISTERED_RING, 0x1000, 0) = -1 EINVAL "
            "(Invalid argument)");
  call.options.constants = text::ConstantStyle::verbose;
  EXPECT_EQ(call.text(),
            "io_uring_register(3, 0x1 /* IORING_UNREGISTER_BUFFERS */|0x80000000 /* IORING_REGISTER_USE_REGISTERED_RING */, "
            "0x1000, 0) = "
            "-1 EINVAL (Invalid argument)");
  CallBuilder unknown("io_uring_register", {3, 0x80000026, at, 0});
  EXPECT_EQ(unknown.fails(22).text(),
            "io_uring_register(3, 0x26 /* IORING_REGISTER_??? */|IORING_REGISTER_USE_REGISTERED_RING, 0x1000, 0) = -1 EINVAL "
            "(Invalid "
            "argument)");
}

TEST(Uring, ShowsTheFlagsThatTheOperationOfAnEntryHas) {
  const auto text = [](const std::string& bytes) { return registered(31, bytes, 1); };
  EXPECT_EQ(text(entry(40, 0, -1, 0, 1)),
            "{opcode=IORING_OP_MSG_RING, flags=0, ioprio=0, fd=-1, off=0, addr=0, len=0, msg_ring_flags="
            "IORING_MSG_RING_CQE_SKIP" +
                std::string(behind_flags) + "optval=0}, 1)");
  EXPECT_EQ(text(entry(13, 5, 9, 16, 2, 7)),
            "{opcode=IORING_OP_ACCEPT, flags=0, ioprio=IORING_ACCEPT_MULTISHOT|IORING_ACCEPT_POLL_FIRST, "
            "fd=9, off=0x10, addr=0, len=0, rw_flags=0x2" +
                std::string(behind_flags) + "optval=0x7}, 1)");
  EXPECT_EQ(text(entry(22, 1, 9, 0, 0, 0x77, 2)),
            "{opcode=IORING_OP_READ, flags=0, ioprio=1, fd=9, off=0, addr=0, len=0, rw_flags=0" + std::string(behind_flags) +
                "attr_type_mask=0x2 /* IORING_RW_ATTR_FLAG_??? */, attr_ptr=0x77}, 1)");
  EXPECT_EQ(registered(31, entry(40, 0, -1, 0, 1), 2), "0x1000, 2)");
}

TEST(Uring, ShowsTheAttributesOfATransfer) {
  CallBuilder call("io_uring_register", {3, 31, at, 1});
  call.in(at, entry(23, 0, -1, 0, 0, 0x2000, 1)).in(0x2000, packed(u16{1}, u16{2}, u32{3}, u64{4}, u64{5}, u64{0}));
  EXPECT_NE(render(call.fails(22))
                .find("attr_type_mask=IORING_RW_ATTR_FLAG_PI, attr_ptr={flags=0x1, app_tag=0x2, len=3, addr=0x4, "
                      "seed=0x5, rsvd=0}}, 1)"),
            std::string::npos);
}

TEST(Uring, ShowsTheCommandOfALongEntry) {
  const std::string text = registered(31, entry(63, 0, -1, 0, 1) + std::string(64, '\x10'), 1);
  EXPECT_NE(text.find("nop_flags=IORING_NOP_INJECT_RESULT"), std::string::npos);
  EXPECT_NE(text.find("optval=0, cmd=[0x10, 0x10, "), std::string::npos);
  EXPECT_NE(text.find("0x10, ...]}, 1)"), std::string::npos);
}

TEST(Uring, ShowsWhatThereIsToBeChangedOfARing) {
  std::string params(120, '\0');
  params[0] = 1;
  params[4] = 2;
  EXPECT_EQ(registered(33, params, 1), "{sq_entries=1, cq_entries=2, flags=0}, 1)");
  params[28] = 5;
  params[72] = 6;
  params[112] = 7;
  EXPECT_EQ(registered(33, params, 1),
            "{sq_entries=1, cq_entries=2, flags=0, sq_off={user_addr=0x6}, cq_off={user_addr=0x7}, resv=[0x5, 0, 0]}, 1)");
  EXPECT_EQ(registered(34, packed(u64{0x10}, u64{1}, u64{0}, u64{2}), 1),
            "{region_uptr=0x10, flags=IORING_MEM_REGION_REG_WAIT_ARG, __resv=[0, 0x2]}, 1)");
}

TEST(Uring, ShowsQueuesThatReceiveWithoutCopying) {
  std::string queue(96, '\0');
  queue[0] = 1;
  queue[12] = 2;
  EXPECT_EQ(registered(32, queue, 1),
            "{if_idx=1, if_rxq=0, rq_entries=0, flags=ZCRX_REG_NODEV, area_ptr=NULL, region_ptr=NULL, "
            "offsets={head=0, tail=0, rqes=0}, zcrx_id=0, rx_buf_len=0, event_desc=NULL}, 1)");
  std::string control(72, '\0');
  EXPECT_EQ(registered(36, control, 1), "{zcrx_id=0, op=ZCRX_CTRL_FLUSH_RQ, zc_flush={}}, 1)");
  control[4] = 2;
  control[24] = 1;
  EXPECT_EQ(registered(36, control, 1), "{zcrx_id=0, op=ZCRX_CTRL_ARM_EVENT, zc_arm_event={event_type=ZCRX_EVENT_COPY}}, 1)");
  control[4] = 1;
  EXPECT_EQ(registered(36, control, 1), "{zcrx_id=0, op=ZCRX_CTRL_EXPORT}, 1)");
  CallBuilder call("io_uring_register", {3, 36, at, 1});
  call.in(at, control);
  control[24] = 9;
  EXPECT_EQ(render(call.out(at, control).returns(0)),
            "io_uring_register(3, IORING_REGISTER_ZCRX_CTRL, {zcrx_id=0, op=ZCRX_CTRL_EXPORT, zc_export={zcrx_fd=9}}, 1) = 0");
}

TEST(Uring, FollowsTheListOfQueries) {
  CallBuilder call("io_uring_register", {3, 35, at, 0});
  call.in(at, packed(u64{0x2000}, u64{0x3000}, u32{2}, u32{16}, u32{0}, u32{0}, u32{0}, u32{0}));
  call.in(0x2000, packed(u64{0x5000}, u64{0}, u32{9}, u32{8}, u32{0xfffffffe}, u32{0}, u32{1}, u32{0}));
  call.in(0x3000, packed(u64{64}, u64{8}), BlockEnd::fault);
  EXPECT_EQ(
      render(call.fails(22)),
      "io_uring_register(3, IORING_REGISTER_QUERY, {query_data=0x3000, query_op=IO_URING_QUERY_SCQ, size=16, result=0, "
      "query_data={hdr_size=64, hdr_alignment=8}, next_entry={query_data=NULL, query_op=0x9 /* IO_URING_QUERY_??? */, size=8, "
      "result=-2, __resv=[0, 0x1, 0], next_entry=0x5000}}, 0) = -1 EINVAL (Invalid argument)");
}

TEST(Uring, SaysThatThereAreMoreOperationsThanThereIsRoomFor) {
  CallBuilder call("io_uring_register", {3, 8, at, 1});
  call.in(at, std::string(24, '\0'))
      .out(at, packed(u8{1}, u8{2}, u16{0}, u32{0}, u32{0}, u32{0}, u8{1}, u8{0}, u16{1}, u32{0}));
  EXPECT_EQ(render(call.returns(0)),
            "io_uring_register(3, IORING_REGISTER_PROBE, {last_op=IORING_OP_READV, ops_len=2, ops=[{op="
            "IORING_OP_READV, flags=IO_URING_OP_SUPPORTED}, ...]}, 1) = 0");
}

TEST(Uring, ShowsHowMuchOfABufferRingMayBeLeft) {
  EXPECT_EQ(registered(22, packed(u64{0}, u32{1}, u16{2}, u16{3}, u32{4}, u32{0}, u64{0}, u64{0}), 1),
            "{ring_addr=NULL, ring_entries=1, bgid=2, flags=0x3, min_left=4}, 1)");
}

}  // namespace
}  // namespace sysreel::testing
