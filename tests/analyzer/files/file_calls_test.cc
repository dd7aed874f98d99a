// Files, descriptors and directories: success, failure, NULL, bad pointers, memory that ends early.
#include <gtest/gtest.h>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t at_fdcwd = static_cast<std::uint32_t>(-100);
constexpr int e_noent = 2, e_badf = 9, e_fault = 14, e_inval = 22;

struct Stat64 {  // arch/x86/include/uapi/asm/stat.h
  std::uint64_t dev, ino, nlink;
  std::uint32_t mode, uid, gid, pad;
  std::uint64_t rdev;
  std::int64_t size, blksize, blocks, atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec, unused[3];
};

Stat64 regular_file() {
  Stat64 st{};
  st.dev = 0x801;
  st.ino = 12;
  st.nlink = 1;
  st.mode = 0100644;
  st.size = 42;
  st.blksize = 4096;
  st.blocks = 8;
  return st;
}

TEST(Open, ShowsTheModeOnlyWhenItMayCreate) {
  EXPECT_EQ(render(CallBuilder("open", {0x1000, 0x80000, 0666}).in_string(0x1000, "a").returns(3)), "open(\"a\", O_RDONLY|O_CLOEXEC) = 3");
  EXPECT_EQ(render(CallBuilder("open", {0x1000, 0x41, 0600}).in_string(0x1000, "a").returns(3)), "open(\"a\", O_WRONLY|O_CREAT, 0600) = 3");
  EXPECT_EQ(render(CallBuilder("openat", {at_fdcwd, 0, 3}).fails(e_fault)), "openat(AT_FDCWD, NULL, O_ACCMODE) = -1 EFAULT (Bad address)");
}

TEST(Openat2, PrintsAsMuchOfTheBlockAsTheCallerGave) {
  struct How { std::uint64_t flags = 0x40, mode = 0600, resolve = 8, extra = 0; } how;
  CallBuilder whole("openat2", {at_fdcwd, 0x1000, 0x2000, 24});
  EXPECT_EQ(whole.in_string(0x1000, "a").in_object(0x2000, how).returns(3).text(),
            "openat2(AT_FDCWD, \"a\", {flags=O_RDONLY|O_CREAT, mode=0600, resolve=RESOLVE_BENEATH}, 24) = 3");
  how.extra = 0x01;
  CallBuilder longer("openat2", {at_fdcwd, 0x1000, 0x2000, 32});
  EXPECT_EQ(longer.in_string(0x1000, "a").in_object(0x2000, how).fails(7).text(),
            "openat2(AT_FDCWD, \"a\", {flags=O_RDONLY|O_CREAT, mode=0600, resolve=RESOLVE_BENEATH, "
            "/* bytes 24..31 */ \"\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"}, 32) = -1 E2BIG (Argument list too long)");
  CallBuilder shorter("openat2", {at_fdcwd, 0x1000, 0x2000, 23});
  EXPECT_EQ(shorter.in_string(0x1000, "a").in_object(0x2000, how).fails(e_inval).text(),
            "openat2(AT_FDCWD, \"a\", 0x2000, 23) = -1 EINVAL (Invalid argument)");
}

TEST(Stat, AbbreviatesToModeAndSize) {
  EXPECT_EQ(render(CallBuilder("fstat", {3, 0x2000}).out_object(0x2000, regular_file())), "fstat(3, {st_mode=S_IFREG|0644, st_size=42, ...}) = 0");
}

TEST(Stat, ShowsTheDeviceInsteadOfTheSizeOfADevice) {
  Stat64 st = regular_file();
  st.mode = 0020620;
  st.rdev = 0x8800;
  EXPECT_EQ(render(CallBuilder("fstat", {3, 0x2000}).out_object(0x2000, st)), "fstat(3, {st_mode=S_IFCHR|0620, st_rdev=makedev(0x88, 0), ...}) = 0");
}

TEST(Stat, NamesTheBitsThatChangeWhoRuns) {
  Stat64 st = regular_file();
  st.mode = 0041777;
  EXPECT_EQ(render(CallBuilder("fstat", {3, 0x2000}).out_object(0x2000, st)), "fstat(3, {st_mode=S_IFDIR|S_ISVTX|0777, st_size=42, ...}) = 0");
}

TEST(Stat, ShowsEveryFieldInFull) {
  CallBuilder call("fstat", {3, 0x2000});
  call.options.abbrev = abi::SyscallSet::none();
  EXPECT_EQ(call.out_object(0x2000, regular_file()).text(),
            "fstat(3, {st_dev=makedev(0x8, 0x1), st_ino=12, st_mode=S_IFREG|0644, st_nlink=1, st_uid=0, st_gid=0, st_blksize=4096, "
            "st_blocks=8, st_size=42, st_atime=0, st_atime_nsec=0, st_mtime=0, st_mtime_nsec=0, st_ctime=0, st_ctime_nsec=0}) = 0");
}

TEST(Stat, PrintsAnAddressWhenTheCallFailedOrTheMemoryEnds) {
  EXPECT_EQ(render(CallBuilder("stat", {0x1000, 0x2000}).in_string(0x1000, "gone").fails(e_noent)),
            "stat(\"gone\", 0x2000) = -1 ENOENT (No such file or directory)");
  EXPECT_EQ(render(CallBuilder("fstat", {3, 0x2000}).out(0x2000, "short", BlockEnd::fault)), "fstat(3, 0x2000) = 0");
}

TEST(Statx, ShowsOnlyTheFieldsThatTheMaskNames) {
  std::string block(256, '\0');
  const std::uint32_t mask = 0x200;  // STATX_SIZE
  const std::uint64_t size = 7;
  std::memcpy(block.data(), &mask, 4);
  std::memcpy(block.data() + 40, &size, 8);
  EXPECT_EQ(render(CallBuilder("statx", {3, 0x1000, 0x1000, 0x200, 0x2000}).in_string(0x1000, "").out(0x2000, block)),
            "statx(3, \"\", AT_STATX_SYNC_AS_STAT|AT_EMPTY_PATH, STATX_SIZE, {stx_mask=STATX_SIZE, stx_attributes=0, stx_size=7, ...}) = 0");
}

TEST(Fcntl, TheCommandSaysWhatArgumentAndResultAre) {
  EXPECT_EQ(render(CallBuilder("fcntl", {3, 1}).returns(1)), "fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
  EXPECT_EQ(render(CallBuilder("fcntl", {3, 1}).returns(0)), "fcntl(3, F_GETFD) = 0");
  EXPECT_EQ(render(CallBuilder("fcntl", {3, 3}).returns(0x8002)), "fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)");
  EXPECT_EQ(render(CallBuilder("fcntl", {3, 4, 0x800})), "fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK) = 0");
  EXPECT_EQ(render(CallBuilder("fcntl", {3, 1030, 10}).returns(10)), "fcntl(3, F_DUPFD_CLOEXEC, 10) = 10");
  EXPECT_EQ(render(CallBuilder("fcntl", {3, 99, 5}).fails(e_inval)), "fcntl(3, 0x63 /* F_??? */, 0x5) = -1 EINVAL (Invalid argument)");
}

TEST(Fcntl, LocksShowTheirOwnerOnlyWhenAskedForIt) {
  struct Flock { std::int16_t type = 1, whence = 0; std::int64_t start = 0, length = 10; std::int32_t pid = 7; } lock;
  EXPECT_EQ(render(CallBuilder("fcntl", {3, 6, 0x2000}).in_object(0x2000, lock)),
            "fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=10}) = 0");
  EXPECT_EQ(render(CallBuilder("fcntl", {3, 5, 0x2000}).out_object(0x2000, lock)),
            "fcntl(3, F_GETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=10, l_pid=7}) = 0");
  EXPECT_EQ(render(CallBuilder("fcntl", {3, 6, 0x2000}).fails(e_fault)), "fcntl(3, F_SETLK, 0x2000) = -1 EFAULT (Bad address)");
}

TEST(Getdents64, CountsTheEntriesOrListsThem) {
  std::string entries("\x0c\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x18\0\x04.\0\0\0\0", 24);
  const auto call = [&] { return CallBuilder("getdents64", {3, 0x2000, 32768}).out(0x2000, entries).returns(24); };
  EXPECT_EQ(render(call()), "getdents64(3, 0x2000 /* 1 entries */, 32768) = 24");
  CallBuilder full = call();
  full.options.abbrev = abi::SyscallSet::none();
  EXPECT_EQ(full.text(), "getdents64(3, [{d_ino=12, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\"}], 32768) = 24");
  EXPECT_EQ(render(CallBuilder("getdents64", {3, 0x2000, 32768}).returns(0)), "getdents64(3, 0x2000 /* 0 entries */, 32768) = 0");
}

TEST(Pipe, PrintsTheTwoEnds) {
  EXPECT_EQ(render(CallBuilder("pipe2", {0x2000, 0x80000}).out(0x2000, std::string("\3\0\0\0\4\0\0\0", 8))), "pipe2([3, 4], O_CLOEXEC) = 0");
  EXPECT_EQ(render(CallBuilder("pipe", {0}).fails(e_fault)), "pipe(NULL) = -1 EFAULT (Bad address)");
}

TEST(Readv, SplitsWhatWasReadAmongTheBuffers) {
  struct { std::uint64_t base, length; } iov[2] = {{0x3000, 3}, {0x4000, 5}};
  EXPECT_EQ(render(CallBuilder("readv", {3, 0x2000, 2}).out_object(0x2000, iov).out(0x3000, "abc").out(0x4000, "d").returns(4)),
            "readv(3, [{iov_base=\"abc\", iov_len=3}, {iov_base=\"d\", iov_len=5}], 2) = 4");
  EXPECT_EQ(render(CallBuilder("readv", {9, 0x2000, 2}).out_object(0x2000, iov).fails(e_badf)),
            "readv(9, [{iov_base=0x3000, iov_len=3}, {iov_base=0x4000, iov_len=5}], 2) = -1 EBADF (Bad file descriptor)");
}

TEST(Preadv2, LeavesOutTheUpperHalfOfTheOffset) {
  EXPECT_EQ(render(CallBuilder("preadv2", {3, 0, 0, 7, 0, 8}).returns(0)), "preadv2(3, NULL, 0, 7, RWF_NOWAIT) = 0");
}

TEST(Sendfile, ShowsTheOffsetBeforeAndAfter) {
  EXPECT_EQ(render(CallBuilder("sendfile", {4, 3, 0x2000, 10}).in(0x2000, std::string(8, '\0')).out(0x2000, std::string("\12\0\0\0\0\0\0\0", 8)).returns(10)),
            "sendfile(4, 3, [0] => [10], 10) = 10");
}

TEST(Mknod, HasADeviceOnlyForDevices) {
  EXPECT_EQ(render(CallBuilder("mknod", {0x1000, 0020600, 0x103}).in_string(0x1000, "n")), "mknod(\"n\", S_IFCHR|0600, makedev(0x1, 0x3)) = 0");
  EXPECT_EQ(render(CallBuilder("mknod", {0x1000, 0010600, 0x103}).in_string(0x1000, "n")), "mknod(\"n\", S_IFIFO|0600) = 0");
}

TEST(Getxattr, PrintsTheValueThatTheResultMeasures) {
  EXPECT_EQ(render(CallBuilder("getxattr", {0x1000, 0x1100, 0x2000, 16}).in_string(0x1000, "f").in_string(0x1100, "user.a").out(0x2000, "xyz").returns(3)),
            "getxattr(\"f\", \"user.a\", \"xyz\", 16) = 3");
  EXPECT_EQ(render(CallBuilder("getxattr", {0x1000, 0x1100, 0x2000, 0}).in_string(0x1000, "f").in_string(0x1100, "user.a").returns(3)),
            "getxattr(\"f\", \"user.a\", 0x2000, 0) = 3");
}

TEST(Mount, TypeAndDataCountOnlyWithSomeFlags) {
  const auto call = [](std::uint64_t flags) {
    return render(CallBuilder("mount", {0x1000, 0x1100, 0x1200, flags, 0x1300}).in_string(0x1000, "s").in_string(0x1100, "t")
                      .in_string(0x1200, "ext4").in_string(0x1300, "ro"));
  };
  EXPECT_EQ(call(1), "mount(\"s\", \"t\", \"ext4\", MS_RDONLY, \"ro\") = 0");
  EXPECT_EQ(call(0x1000), "mount(\"s\", \"t\", 0x1200, MS_BIND, 0x1300) = 0");
  EXPECT_EQ(call(0x20), "mount(\"s\", \"t\", 0x1200, MS_REMOUNT, \"ro\") = 0");
  EXPECT_EQ(call(0xc0ed0001), "mount(\"s\", \"t\", \"ext4\", MS_MGC_VAL|MS_RDONLY, \"ro\") = 0");
}

TEST(Quotactl, TheCommandSaysWhichArgumentsThereAre) {
  EXPECT_EQ(render(CallBuilder("quotactl", {0x80000100, 0x1000, 1, 0x2000}).in_string(0x1000, "/d")), "quotactl(QCMD(Q_SYNC, USRQUOTA), \"/d\") = 0");
  EXPECT_EQ(render(CallBuilder("quotactl", {0x80000401, 0x1000, 1, 0x2000}).in_string(0x1000, "/d").out(0x2000, std::string("\2\0\0\0", 4))),
            "quotactl(QCMD(Q_GETFMT, GRPQUOTA), \"/d\", [QFMT_VFS_V0]) = 0");
}

TEST(OldAbi, OffsetsSpanTwoRegistersOn32Bits) {
  EXPECT_EQ(render(CallBuilder("pread64", {3, 0x2000, 4, 1, 2}, Abi::i386).out(0x2000, "abcd").returns(4)), "pread64(3, \"abcd\", 4, 8589934593) = 4");
  EXPECT_EQ(render(CallBuilder("fallocate", {3, 0, 1, 0, 2, 0}, Abi::i386)), "fallocate(3, 0, 1, 2) = 0");
}

}  // namespace
}  // namespace sysreel::testing
