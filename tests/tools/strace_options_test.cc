#include "tools/strace_options.h"

#include <gtest/gtest.h>

#include <fstream>

namespace sysreel::tools {
namespace {

struct Outcome {
  StraceOptions options;
  std::vector<std::string> notes;
  std::string failure;
  bool hint = false;
};

Outcome parse(std::vector<const char*> words) {
  Outcome outcome;
  Result<StraceOptions> parsed = parse_strace_options(words, outcome.notes);
  if (parsed) {
    outcome.options = *std::move(parsed);
  } else {
    outcome.failure = parsed.error().message;
    outcome.hint = parsed.error().kind == ErrorKind::usage;
  }
  return outcome;
}

std::string failure(std::vector<const char*> words) { return parse(std::move(words)).failure; }

constexpr const char* nothing_to_trace = "must have PROG [ARGS] or -p PID";

TEST(StraceOptions, NeedSomethingToTrace) {
  EXPECT_EQ(failure({}), nothing_to_trace);
  EXPECT_TRUE(parse({}).hint);
  EXPECT_EQ(failure({"ls"}), "");
  EXPECT_EQ(failure({"-p", "1"}), "");
}

TEST(StraceOptions, DefaultsOfAPlainCommand) {
  const StraceOptions options = parse({"ls", "-l"}).options;
  EXPECT_EQ(options.command, (std::vector<std::string>{"ls", "-l"}));
  EXPECT_EQ(options.text.column, 40);
  EXPECT_EQ(options.text.string_limit, 32u);
  EXPECT_EQ(options.text.quiet, 0);
  EXPECT_EQ(options.interruptible, Interruptible::waiting);
  EXPECT_EQ(options.engine, "ptrace");
}

TEST(StraceOptions, WritingACommandsTextToAFileIsQuietAndUninterruptible) {
  const StraceOptions options = parse({"-o", "log", "-f", "ls"}).options;
  EXPECT_EQ(options.text.quiet, text::quiet_attach | text::quiet_personality);
  EXPECT_EQ(options.interruptible, Interruptible::never);
  EXPECT_EQ(options.text.pid_prefix, text::TextOptions::PidPrefix::file);
  EXPECT_EQ(parse({"-o", "log", "-p", "1"}).options.interruptible, Interruptible::waiting);
}

TEST(StraceOptions, NumbersOutOfRangeAreInvalidUnderTheSpellingThatWasUsed) {
  EXPECT_EQ(failure({"-a", "-42"}), "invalid -a argument: '-42'");
  EXPECT_EQ(failure({"-s", "1073741824"}), "invalid -s argument: '1073741824'");
  EXPECT_EQ(failure({"--string-limit=-42"}), "invalid --string-limit argument: '-42'");
  EXPECT_EQ(failure({"-I", "5"}), "invalid -I argument: '5'");
  EXPECT_EQ(failure({"-Inev"}), "invalid -I argument: 'nev'");
  EXPECT_EQ(failure({"-O", "-42"}), "invalid -O argument: '-42'");
  EXPECT_EQ(failure({"--syscall-limit=0"}), "invalid --syscall-limit argument: '0'");
  EXPECT_EQ(failure({"-Xtest"}), "invalid -X argument: 'test'");
  EXPECT_EQ(failure({"--timestamps=precision:none"}), "invalid --timestamps argument: 'precision:none'");
  EXPECT_TRUE(parse({"-a", "-42"}).hint);
}

TEST(StraceOptions, ProcessIdsComeInLists) {
  EXPECT_EQ(parse({"-p", "1,2\t3,", "-p2"}).options.attach, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(failure({"-p", "1,a"}), "Invalid process id: 'a'");
  EXPECT_EQ(failure({"-p", "0"}), "Invalid process id: '0'");
  EXPECT_FALSE(parse({"-p", "0"}).hint);
}

TEST(StraceOptions, ShortAndLongFormsThatCountExcludeEachOther) {
  EXPECT_EQ(failure({"-t", "--timestamps", "-p1"}), "-t and --absolute-timestamps cannot be provided simultaneously");
  EXPECT_EQ(failure({"-x", "--strings-in-hex", "-p1"}), "-x and --strings-in-hex cannot be provided simultaneously");
  EXPECT_EQ(failure({"-y", "--decode-fds", "-p1"}), "-y and --decode-fds cannot be provided simultaneously");
  EXPECT_EQ(failure({"-f", "--follow-forks", "-p1"}), "-f and --follow-forks cannot be provided simultaneously");
  EXPECT_EQ(failure({"-D", "--daemonize", "ls"}), "-D and --daemonize cannot be provided simultaneously");
  EXPECT_EQ(failure({"-q", "-e", "silent=attach", "-p1"}), "-q and -e quiet/--quiet cannot be provided simultaneously");
  EXPECT_EQ(failure({"--output-separately", "-ff", "-p1"}), "-ff and --output-separately cannot be provided simultaneously");
}

TEST(StraceOptions, CountedShortFormsMeanMore) {
  StraceOptions options = parse({"-tt", "-xx", "-yy", "-qq", "-kk", "-ff", "-olog", "ls"}).options;
  EXPECT_EQ(options.text.absolute, text::ClockFormat::time);
  EXPECT_EQ(options.text.absolute_precision, text::Precision::micro);
  EXPECT_EQ(options.text.hex_strings, text::HexStrings::all);
  EXPECT_EQ(options.text.decode_fds, text::decode_fds_all);
  EXPECT_TRUE(options.text.quiet & text::quiet_exit);
  EXPECT_TRUE(options.text.stack_source);
  EXPECT_TRUE(options.output_separately);
  EXPECT_EQ(parse({"-ttt", "ls"}).options.text.absolute, text::ClockFormat::unix);
  EXPECT_EQ(parse({"-x", "ls"}).options.text.hex_strings, text::HexStrings::non_ascii);
}

TEST(StraceOptions, PrecisionsOfTimes) {
  EXPECT_EQ(parse({"-r", "ls"}).options.text.relative_precision, text::Precision::micro);
  EXPECT_EQ(parse({"--relative-timestamps=ns", "ls"}).options.text.relative_precision, text::Precision::nano);
  EXPECT_EQ(parse({"--syscall-times=ms", "ls"}).options.text.times_precision, text::Precision::milli);
  EXPECT_EQ(parse({"--timestamps=ns,format:unix", "ls"}).options.text.absolute, text::ClockFormat::unix);
  EXPECT_EQ(failure({"--syscall-times=n"}), "invalid --syscall-times argument: 'n'");
}

TEST(StraceOptions, QualifiersChooseByName) {
  const StraceOptions options = parse({"-e", "trace=read", "-e", "signal=!INT,9", "-e", "status=failed", "-e", "read=0,5", "ls"}).options;
  EXPECT_TRUE(options.text.trace.has(Abi::x86_64, SyscallNr{0}));
  EXPECT_FALSE(options.text.trace.has(Abi::x86_64, SyscallNr{1}));
  EXPECT_FALSE(options.text.signals.has(2));
  EXPECT_FALSE(options.text.signals.has(9));
  EXPECT_TRUE(options.text.signals.has(15));
  EXPECT_EQ(options.text.status, text::status_failed);
  EXPECT_TRUE(options.text.dump_read.has(5));
  EXPECT_FALSE(options.text.dump_read.has(1));
}

TEST(StraceOptions, AnInvalidMemberOfASetIsNamed) {
  EXPECT_EQ(failure({"-e", "read=1,-1"}), "invalid descriptor '-1'");
  EXPECT_EQ(failure({"-e", "write=!,"}), "invalid descriptor '!,'");
  EXPECT_EQ(failure({"--quiet=detach", "-p1"}), "invalid quiet 'detach'");
  EXPECT_EQ(failure({"-e", "decode-fd=sock"}), "invalid decode-fds 'sock'");
  EXPECT_EQ(failure({"--decode-pids="}), "invalid decode-pids ''");
  EXPECT_EQ(failure({"-e", "nonsense=read"}), "invalid system call 'nonsense=read'");
  EXPECT_EQ(failure({"-e", "kvm=chdir"}), "invalid -e kvm= argument: 'chdir'");
}

TEST(StraceOptions, InjectionIsRefusedInClearWords) {
  EXPECT_NE(failure({"-e", "inject=read:error=EIO", "ls"}).find("not supported"), std::string::npos);
  EXPECT_EQ(failure({"-e", "fault=nonsense:when=3", "ls"}), "invalid system call 'nonsense'");
}

TEST(StraceOptions, TheSummaryHasItsOwnRules) {
  EXPECT_EQ(failure({"-c", "-C", "ls"}), "-c/--summary-only and -C/--summary are mutually exclusive");
  EXPECT_EQ(failure({"-w", "ls"}), "-w/--summary-wall-clock must be given with (-c/--summary-only or -C/--summary)");
  EXPECT_EQ(failure({"-S", "non"}), "invalid sortby: 'non'");
  EXPECT_EQ(failure({"-U", "time,,name"}), "unknown column name: ''");
  EXPECT_EQ(failure({"-U", "time,time_percent,time_total"}),
            "call summary column has been provided more than once: 'time_percent' (-U option residual: 'time_percent,time_total')");
  EXPECT_EQ(parse({"-c", "-i", "ls"}).notes, (std::vector<std::string>{"-i/--instruction-pointer has no effect with -c/--summary-only"}));
  EXPECT_EQ(parse({"-cw", "-O4.5e2ms", "ls"}).options.summary_options.overhead, Nanos{450'000'000});
}

TEST(StraceOptions, PathsAreAlsoTracedAsWhatTheyResolveTo) {
  const Outcome outcome = parse({"-P", "///", "ls"});
  EXPECT_EQ(outcome.options.text.paths, (std::vector<std::string>{"///", "/"}));
  EXPECT_EQ(outcome.notes, (std::vector<std::string>{"Requested path \"///\" resolved into \"/\""}));
  EXPECT_TRUE(parse({"-P", "///", "--quiet=path-resolution", "ls"}).notes.empty());
}

TEST(StraceOptions, MistakesAreReportedInTheOrderOfTheCommandLine) {
  EXPECT_EQ(failure({"-p0", "--nonsense"}), "Invalid process id: '0'");
  EXPECT_EQ(failure({"--nonsense", "-p0"}), "unrecognized option '--nonsense'");
}

TEST(StraceOptions, VersionAndHelpNeedNothingToTrace) {
  EXPECT_EQ(parse({"-VVV"}).options.version, 3u);
  EXPECT_TRUE(parse({"-h", "--nonsense"}).options.help);
}

TEST(FindUser, ReadsTheFilesItself) {
  const std::string passwd = testing::TempDir() + "passwd", group = testing::TempDir() + "group";
  std::ofstream(passwd) << "root:x:0:0::/:/bin/sh\nana:x:1000:1001:Ana:/home/ana:/bin/sh\n";
  std::ofstream(group) << "root:x:0:\nwheel:x:10:bob,ana\nana:x:1001:ana\n";
  const Result<User> user = find_user("ana", passwd, group);
  ASSERT_TRUE(user.ok());
  EXPECT_EQ(user->uid, 1000u);
  EXPECT_EQ(user->groups, (std::vector<gid_t>{1001, 10}));
  EXPECT_EQ(find_user("5:6", passwd, group)->gid, 6u);
  EXPECT_EQ(find_user("nobody-here", passwd, group).error().message, "Cannot find user 'nobody-here'");
}

}  // namespace
}  // namespace sysreel::tools
