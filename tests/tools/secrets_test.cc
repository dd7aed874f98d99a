// Secrets stay out of the file, whatever way they came; who wants them in says so.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/tools/trace_record_fixture.h"

namespace sysreel {
namespace {

class Secrets : public TraceRecord, public testing::WithParamInterface<const char*> {
 protected:
  std::vector<std::string> options(std::vector<std::string> more) const {
    more.insert(more.begin(), {"-q", "-f", "-v", "-s", "200", "--engine", GetParam(), "-o", "r.reel"});
    return more;
  }
  // The reel's header as it is, and its chunks decompressed.
  std::string content() const {
    std::ifstream file(path("r.reel"), std::ios::binary);
    std::string all{std::istreambuf_iterator<char>(file), {}};
    std::FILE* const stream = popen(("zstd -dcq < " + path("r.reel")).c_str(), "r");
    char buffer[65536];
    for (std::size_t got = 0; (got = fread(buffer, 1, sizeof buffer, stream)) > 0;) all.append(buffer, got);
    pclose(stream);
    return all;
  }
  int scan() const { return WEXITSTATUS(std::system((BUILD_DIR "/bin/trace-info --scan " + path("r.reel") + " >" + path("found") + " 2>&1").c_str())); }
};
INSTANTIATE_TEST_SUITE_P(Engines, Secrets, testing::Values("ptrace", "ebpf"));

constexpr const char* script =
    "printf 'Authorization: Bearer s3cr3t-in-a-write'; mkdir password=s3cr3t-in-a-path; grep . file; rmdir password=s3cr3t-in-a-path";

TEST_P(Secrets, AreInNoByteOfTheReel) {
  std::ofstream(path("file")) << "password: s3cr3t-in-a-read\n";
  const Ran ran = run(options({"--", "env", "DB_PASSWORD=s3cr3t in the environment", "sh", "-c", script, "x", "--api-key", "s3cr3t-argument"}));
  EXPECT_EQ(ran.code(), 0) << ran.err;
  EXPECT_EQ(content().find("s3cr3t"), std::string::npos);
  EXPECT_EQ(scan(), 0);
}

// Who sends a deadly signal is looked at, though nobody records it; its arguments are no less secret.
TEST_P(Secrets, OfTheCommandLineOfWhoSendsASignalAreNotKept) {
  std::FILE* const err = std::tmpfile();
  const pid_t recorder = start(options({"sh", "-c", "echo $$ >target; exec sleep 1000"}), nullptr, err);
  std::string target;
  for (int i = 0; i < 300 && target.empty(); ++i) {
    usleep(50000);
    std::ifstream(path("target")) >> target;
  }
  usleep(200000);
  // The sender stays until it has been looked at.
  ASSERT_EQ(std::system(("sh -c 'kill -TERM $1; sleep 1' a-sender " + target + " --password=s3cr3t-of-a-sender").c_str()), 0);
  int status = 0;
  waitpid(recorder, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << read_all(err);
  const std::string all = content();
  // A tracer sees who sent the signal when it is delivered: the sender may be gone by then, and is not looked at.
  if (GetParam() == std::string_view("ebpf")) {
    EXPECT_NE(all.find("a-sender"), std::string::npos);
  }
  EXPECT_EQ(all.find("s3cr3t"), std::string::npos);
}

TEST_P(Secrets, AreKeptOnlyWhenAskedForAndThenFound) {
  std::ofstream(path("file")) << "password: s3cr3t-in-a-read\n";
  EXPECT_EQ(run(options({"--no-redact", "--", "sh", "-c", script})).code(), 0);
  EXPECT_NE(content().find("s3cr3t-in-a-read"), std::string::npos);
  auto reader = ReelReader::open(path("r.reel"));
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->header().redacted);
  EXPECT_EQ(scan(), 1);
  std::ifstream found(path("found"));
  const std::string text{std::istreambuf_iterator<char>(found), {}};
  EXPECT_NE(text.find("authorization"), std::string::npos) << text;
  EXPECT_EQ(text.find("s3cr3t"), std::string::npos) << text;
}

TEST_P(Secrets, OfTheUsersOwnKindAreFoundByTheUsersRules) {
  std::ofstream(path("rules")) << "# ours\n\ncustomer  cust-  cust-(\\d+)\n";
  EXPECT_EQ(run(options({"--redact", "rules", "--", "echo", "cust-123456"})).code(), 0);
  EXPECT_EQ(content().find("123456"), std::string::npos);
  EXPECT_NE(content().find("cust-******"), std::string::npos);
}

TEST_P(Secrets, WithoutPayloadNothingOfItIsKept) {
  for (const auto& how : {std::vector<std::string>{"-s", "0"}, std::vector<std::string>{"--no-payload", "read,write,execve"}}) {
    std::vector<std::string> all{"--force"};
    all.insert(all.end(), how.begin(), how.end());
    all.insert(all.end(), {"--", "sh", "-c", "echo ''harmless; cat /etc/hostname >/dev/null"});
    EXPECT_EQ(run(options(all)).code(), 0);
    OwnedEvents events;
    read("r.reel", events);
    for (const AnyEvent& event : events.events()) {
      const auto* const call = std::get_if<Call>(&event);
      if (!call || (raw(call->nr) != 0 && raw(call->nr) != 1)) continue;
      for (const Block& block : call->blocks) EXPECT_EQ(block.data.size(), 0u);
    }
  }
}

TEST_F(TraceRecord, RefusesRulesThatAreNone) {
  std::ofstream(path("rules")) << "customer cust- cust-(\n";
  const Ran ran = run({"--redact", "rules", "--", "true"});
  EXPECT_EQ(ran.code(), 2);
  EXPECT_NE(ran.err.find("customer"), std::string::npos) << ran.err;
  EXPECT_EQ(run({"--redact", "nowhere", "--", "true"}).code(), 3);
}

}  // namespace
}  // namespace sysreel
