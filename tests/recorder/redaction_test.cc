// Redaction: what is taken for a secret, wherever it stands and however it is cut.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "format/fault.h"
#include "format/owned_event.h"
#include "recorder/redact/arguments.h"
#include "recorder/redact/keyword_search.h"
#include "recorder/redact/redactor.h"

namespace sysreel {
namespace {

constexpr int read_nr = 0, write_nr = 1, writev_nr = 20, sendmsg_nr = 46, execve_nr = 59;
constexpr std::string_view key = "wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY";

ByteSpan bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string text_of(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Call call_of(int nr, std::array<std::uint64_t, 6> args, std::span<const Block> blocks) {
  Call call;
  call.pid = Pid{10};
  call.tid = Tid{10};
  call.nr = SyscallNr{nr};
  call.args = args;
  call.blocks = blocks;
  return call;
}

// A redactor whose output is kept.
struct Recording {
  static const RedactionRules& rules_of_all() {
    static const RedactionRules rules;  // compiled once
    return rules;
  }
  const RedactionRules& rules = rules_of_all();
  OwnedEvents kept;
  Redactor redactor{rules, kept};

  // One call with one buffer: what the reel has of it.
  std::string pass(int nr, int fd, std::string_view data, BlockEnd end = BlockEnd::whole) {
    const Block block{0x1000, bytes_of(data), static_cast<std::uint32_t>(data.size()), Phase::exit, end};
    redactor.on(call_of(nr, {static_cast<std::uint64_t>(fd), 0x1000, data.size()}, {&block, 1}));
    return text_of(std::get<Call>(kept.events().back()).blocks[0].data);
  }
  std::string write(std::string_view data, BlockEnd end = BlockEnd::whole) { return pass(write_nr, 3, data, end); }
};

std::string stars(std::size_t count) { return std::string(count, '*'); }

// Whether any four bytes of the key can be read.
bool shows_key(std::string_view text) {
  for (std::size_t at = 0; at + 4 <= key.size(); ++at) {
    if (text.find(key.substr(at, 4)) != std::string_view::npos) return true;
  }
  return false;
}

TEST(KeywordSearch, FindsEveryKeywordAtEveryPlaceOfRandomText) {
  std::mt19937 random(7);
  const std::vector<std::string> keywords{"passw", "akia", "auth\r\n", "://x", "-----begin"};
  const KeywordSearch search(keywords);
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 40 + 12, '\0');
    for (char& c : text) c = static_cast<char>(random() % 256);
    std::string keyword = keywords[random() % keywords.size()];
    if (round % 2) std::transform(keyword.begin(), keyword.end(), keyword.begin(), [](unsigned char c) { return std::toupper(c); });
    const std::size_t at = random() % (text.size() - keyword.size() + 1);
    text.replace(at, keyword.size(), keyword);
    ASSERT_TRUE(search.find(text)) << round;
    const auto last = search.find_last(text);
    ASSERT_TRUE(last);
    ASSERT_GE(last->at, at);
  }
}

TEST(KeywordSearch, FindsNothingWhereNothingStands) {
  const KeywordSearch search({"passw", "token"});
  EXPECT_FALSE(search.find("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000042\r\n"));
  EXPECT_FALSE(search.find("passvv tokem pas sw"));
  EXPECT_FALSE(search.find("pas"));
  EXPECT_FALSE(search.find(""));
}

TEST(KeywordSearch, SeesABegunKeywordAtTheEnd) {
  const KeywordSearch search({"authorization"});
  EXPECT_EQ(search.begun_at_end("GET / HTTP/1.1\r\nAuthoriz"), 8u);
  EXPECT_EQ(search.begun_at_end("GET / HTTP/1.1\r\nAut"), 3u);
  EXPECT_EQ(search.begun_at_end("GET / HTTP/1.1\r\n"), 0u);
  EXPECT_EQ(search.begun_at_end("authorization"), 0u);
}

struct Sample {
  const char* what;
  std::string before, secret, after;
};

TEST(Redaction, OverwritesTheSecretAndKeepsTheRest) {
  const Sample samples[] = {
      {"password", "user=joe password=", "hunter2", " next"},
      {"passwd in JSON", R"({"user":"joe","passwd":")", "two words, and more", R"("})"},
      {"escaped JSON", R"("{\"password\":\")", "hunter2", R"(\"}")"},
      {"YAML", "db:\n  password: ", "hunter2", "\n  port: 1"},
      {"api key", "X-Api-Key: ", "abcdef0123456789", "\r\n"},
      {"secret", "client_secret=", "abc.def", "&grant_type=x"},
      {"token", "access_token=", "0123456789", "&x=1"},
      {"authorization", "GET / HTTP/1.1\r\nAuthorization: Bearer ", "abc.def.ghi", "\r\nHost: x\r\n"},
      {"basic", "authorization: basic ", "dXNlcjpwYXNz", "\r\n"},
      {"cookie", "Cookie: ", "sid=1; other=2", "\r\nHost: x"},
      {"set-cookie", "HTTP/1.1 200 OK\r\nSet-Cookie: ", "sid=31d4d96e407aad42; Path=/", "\r\n"},
      {"redis", "*2\r\n$4\r\nAUTH\r\n$7\r\n", "hunter2", "\r\n"},
      {"redis with user", "*3\r\n$4\r\nAUTH\r\n$3\r\njoe\r\n$7\r\n", "hunter2", "\r\n"},
      {"connection string", "postgres://joe:", "hunter2", "@db.example/x"},
      {"connection string of a web proxy", "https://joe:", "hunter2", "@proxy:3128/"},
      {"sql", "CREATE USER joe IDENTIFIED BY '", "hunter2", "';"},
      {"private key", "-----BEGIN RSA PRIVATE KEY-----", "\nProc-Type: 4,ENCRYPTED\nMIIEpAIBAAKCAQEA\nabc=\n", "-----END RSA PRIVATE KEY-----\n"},
      {"aws", "id AKIA", "IOSFODNN7EXAMPLE", " x"},
      {"github", "remote https://ghp_", "0123456789abcdefABCD", " x"},
      {"jwt", "x eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def_", " y"},
      {"shadow", "root:$6$", "abcdefgh$0123456789abcdef", ":19000:0:99999:7:::"},
  };
  for (const Sample& sample : samples) {
    Recording recording;
    EXPECT_EQ(recording.write(sample.before + sample.secret + sample.after), sample.before + stars(sample.secret.size()) + sample.after)
        << sample.what;
  }
}

TEST(Redaction, LeavesTextThatOnlyLooksLikeASecret) {
  for (const char* text : {"/etc/passwd", "open the password file\n", "HTTP/1.1 200 OK\r\nHost: a:8080\r\n", "http://localhost:8080/x?y=1\n",
                           "unexpected token at line 3\n", "tokens used\n", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n",
                           "cookies are off\n", "author: me\n", "Asia/Tokyo\n"}) {
    Recording recording;
    EXPECT_EQ(recording.write(text), text);
  }
}

TEST(Redaction, NoOffsetOfTheLimitShowsAPartOfAKey) {
  for (const std::string before : {"aws_secret_access_key = ", "Authorization: Bearer ", "{\"password\": \"", "postgres://joe:"}) {
    const std::string whole = "some text in front " + before + std::string(key) + (before.ends_with("joe:") ? "@host" : "\" ") + "\r\nrest";
    for (std::size_t limit = 0; limit <= whole.size(); ++limit) {
      Recording recording;
      const BlockEnd end = limit < whole.size() ? BlockEnd::limit : BlockEnd::whole;
      const std::string first = recording.write(whole.substr(0, limit), end);
      EXPECT_FALSE(shows_key(first)) << before << " cut at " << limit << ": " << first;
      EXPECT_EQ(first.size(), limit);
    }
  }
}

TEST(Redaction, NoSplitIntoTwoWritesShowsAPartOfAKey) {
  for (const std::string before : {"aws_secret_access_key = ", "Authorization: Bearer ", "{\"password\": \"", "x AKIA"}) {
    const std::string secret = before == "x AKIA" ? "IOSFODNN7EXAMPLE" : std::string(key);
    const std::string whole = "in front " + before + secret + "\" and the rest\r\nof it";
    const std::size_t from = whole.find(secret);
    const std::size_t keyword = whole.find_first_not_of(" {\"", before == "x AKIA" ? std::string("in front x ").size() : std::string("in front ").size());
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      // One or two bytes of a keyword are not known for its begin.
      if (cut == keyword + 1 || cut == keyword + 2) continue;
      Recording recording;
      std::string both = recording.write(whole.substr(0, cut));
      both += recording.write(whole.substr(cut));
      EXPECT_EQ(both.substr(from, secret.size()), stars(secret.size())) << before << " split at " << cut << ": " << both;
      EXPECT_EQ(both.size(), whole.size());
    }
  }
}

TEST(Redaction, FollowsAValueThroughManyReadsOfOneDescriptorOnly) {
  Recording recording;
  EXPECT_EQ(recording.pass(read_nr, 5, "password="), "password=");
  EXPECT_EQ(recording.pass(read_nr, 6, "harmless"), "harmless");
  EXPECT_EQ(recording.pass(write_nr, 5, "harmless"), "harmless");
  EXPECT_EQ(recording.pass(read_nr, 5, "hun"), "***");
  EXPECT_EQ(recording.pass(read_nr, 5, "ter2 and more"), "**** and more");
  EXPECT_EQ(recording.pass(read_nr, 5, "harmless"), "harmless");
}

TEST(Redaction, ACallInFlightDoesNotMoveTheStream) {
  Recording recording;
  recording.pass(read_nr, 5, "password=");
  const Block block{0x1000, bytes_of("hunter2"), 7, Phase::exit, BlockEnd::whole};
  Call call = call_of(read_nr, {5, 0x1000, 7}, {&block, 1});
  call.flags = call_in_flight;
  recording.redactor.on(call);
  EXPECT_EQ(recording.pass(read_nr, 5, "hunter2 x"), "******* x");
}

TEST(Redaction, GoesOnFromPieceToPieceOfAVector) {
  Recording recording;
  const std::uint64_t vector[4] = {0x2000, 9, 0x3000, 7};
  const Block blocks[] = {{0x1000, std::as_bytes(std::span(vector)), 32, Phase::entry, BlockEnd::whole},
                          {0x2000, bytes_of("password="), 9, Phase::entry, BlockEnd::whole},
                          {0x3000, bytes_of("hunter2"), 7, Phase::entry, BlockEnd::whole}};
  recording.redactor.on(call_of(writev_nr, {3, 0x1000, 2}, blocks));
  const auto& kept = std::get<Call>(recording.kept.events().back()).blocks;
  EXPECT_EQ(text_of(kept[0].data), text_of(blocks[0].data));
  EXPECT_EQ(text_of(kept[2].data), stars(7));
}

TEST(Redaction, LooksIntoMessagesButNotAtTheirAddresses) {
  Recording recording;
  const std::uint64_t message[7] = {0x4000, 16, 0x2000, 1, 0, 0, 0};
  const std::uint64_t vector[2] = {0x3000, 16};
  const Block blocks[] = {{0x1000, std::as_bytes(std::span(message)), 56, Phase::entry, BlockEnd::whole},
                          {0x4000, bytes_of("0123456789abcdef"), 16, Phase::entry, BlockEnd::whole},
                          {0x2000, std::as_bytes(std::span(vector)), 16, Phase::entry, BlockEnd::whole},
                          {0x3000, bytes_of("password=hunter2"), 16, Phase::entry, BlockEnd::whole}};
  recording.pass(write_nr, 3, "token=");  // leaves the stream open: the next bytes of it are a secret
  recording.redactor.on(call_of(sendmsg_nr, {3, 0x1000, 0}, blocks));
  const auto& kept = std::get<Call>(recording.kept.events().back()).blocks;
  for (const int untouched : {0, 1, 2}) EXPECT_EQ(text_of(kept[untouched].data), text_of(blocks[untouched].data));
  EXPECT_EQ(text_of(kept[3].data), stars(16));
}

std::vector<std::string> redacted(std::vector<std::string> words) {
  redact_words(RedactionRules(), words);
  return words;
}

TEST(Redaction, KnowsSecretsAmongArgumentsByTheirPlace) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(redacted({"mysql", "-u", "joe", "-phunter2", "db"}), (Words{"mysql", "-u", "joe", "-p*******", "db"}));
  EXPECT_EQ(redacted({"mysql", "-p", "db"}), (Words{"mysql", "-p", "db"}));
  EXPECT_EQ(redacted({"/usr/bin/curl", "-u", "joe:hunter2", "http://x"}), (Words{"/usr/bin/curl", "-u", "joe:*******", "http://x"}));
  EXPECT_EQ(redacted({"curl", "-H", "Authorization: Bearer abc"}), (Words{"curl", "-H", "Authorization: Bearer ***"}));
  EXPECT_EQ(redacted({"redis-cli", "-a", "hunter2", "ping"}), (Words{"redis-cli", "-a", "*******", "ping"}));
  EXPECT_EQ(redacted({"sshpass", "-phunter2", "ssh", "x"}), (Words{"sshpass", "-p*******", "ssh", "x"}));
  EXPECT_EQ(redacted({"x", "--db-password", "hunter2", "y"}), (Words{"x", "--db-password", "*******", "y"}));
  EXPECT_EQ(redacted({"x", "--db-password=hun ter2"}), (Words{"x", "--db-password=********"}));
  EXPECT_EQ(redacted({"env", "PGPASSWORD=hun ter2", "psql"}), (Words{"env", "PGPASSWORD=********", "psql"}));
  EXPECT_EQ(redacted({"x", "--password-file", "/etc/secret"}), (Words{"x", "--password-file", "/etc/secret"}));
  EXPECT_EQ(redacted({"ls", "-p", "dir"}), (Words{"ls", "-p", "dir"}));
}

TEST(Redaction, CoversArgumentsAndEnvironmentOfAnExecve) {
  Recording recording;
  const std::uint64_t argv[4] = {0x3000, 0x3100, 0x3200, 0};
  const std::uint64_t envp[2] = {0x3300, 0};
  using namespace std::string_view_literals;
  const Block blocks[] = {{0x1000, bytes_of("/usr/bin/tool\0"sv), 4096, Phase::entry, BlockEnd::whole},
                          {0x2000, std::as_bytes(std::span(argv)), 32, Phase::entry, BlockEnd::whole},
                          {0x2100, std::as_bytes(std::span(envp)), 16, Phase::entry, BlockEnd::whole},
                          {0x3000, bytes_of("tool\0"sv), 33, Phase::entry, BlockEnd::whole},
                          {0x3100, bytes_of("--token\0"sv), 33, Phase::entry, BlockEnd::whole},
                          {0x3200, bytes_of("hunter2\0"sv), 33, Phase::entry, BlockEnd::whole},
                          {0x3300, bytes_of("DB_PASS=hunter2\0"sv), 33, Phase::entry, BlockEnd::whole}};
  recording.redactor.on(call_of(execve_nr, {0x1000, 0x2000, 0x2100}, blocks));
  const auto& kept = std::get<Call>(recording.kept.events().back()).blocks;
  EXPECT_EQ(text_of(kept[5].data), "*******\0"sv);
  EXPECT_EQ(text_of(kept[6].data), "DB_PASS=*******\0"sv);
  EXPECT_EQ(text_of(kept[3].data), "tool\0"sv);
}

TEST(Redaction, CoversTheCommandLineOfASnapshotAndNamesOfFiles) {
  using namespace std::string_view_literals;
  Recording recording;
  recording.redactor.on(Snapshot{Pid{1}, Tid{1}, {}, SnapshotKind::command_line, bytes_of("mysql\0-phunter2\0"sv)});
  EXPECT_EQ(text_of(std::get<Snapshot>(recording.kept.events().back()).data), "mysql\0-p*******\0"sv);
  FdFact fact;
  fact.path = "/tmp/password=hunter2";
  recording.redactor.on(fact);
  EXPECT_EQ(std::get<FdFact>(recording.kept.events().back()).path, "/tmp/password=*******");
}

TEST(Redaction, CoversTheStackMemoryOfACrash) {
  const std::string secret = "AWS_SECRET_ACCESS_KEY=" + std::string(key) + '\0';
  const std::string words = std::string(24, '\x01') + secret + std::string(40, '\x02');
  Fault fault;
  fault.code = bytes_of("\x0f\x0b");
  fault.stack_memory = bytes_of(words);
  fault.frames.resize(1);
  const std::vector<std::byte> encoded = encode_fault(fault);
  Signal signal;
  signal.fault = encoded;
  Recording recording;
  recording.redactor.on(signal);
  const auto& kept = std::get<Signal>(recording.kept.events().back());
  ASSERT_EQ(kept.fault.size(), encoded.size());
  EXPECT_FALSE(shows_key(text_of(kept.fault)));
  const auto read = decode_fault(kept.fault);
  ASSERT_TRUE(read);
  EXPECT_EQ(text_of(read->stack_memory).substr(0, 24), words.substr(0, 24)) << "what is no secret stays";
  EXPECT_EQ(read->frames.size(), 1u);
  EXPECT_EQ(text_of(read->code), "\x0f\x0b");
  EXPECT_FALSE(recording.redactor.last_found().empty()) << "trace-info --scan tells it";
}

TEST(Redaction, EveryRowCompilesAndHasKeywordsThatAreFound) {
  const RedactionRules rules;
  EXPECT_GT(rules.count(), 50u);
  std::vector<SecretSpan> spans;
  rules.find_cut("x", spans);
  for (std::uint32_t i = 0; i < rules.count(); ++i) rules.continued({i}, "x");
#define RULE(id, keywords, lead, value, least, tail)                                                       \
  for (std::string_view rest = keywords; !rest.empty();) {                                                 \
    const std::size_t comma = std::min(rest.find(','), rest.size());                                       \
    EXPECT_TRUE(rules.suspects(rest.substr(0, comma))) << id << ": keyword " << rest.substr(0, comma);     \
    rest.remove_prefix(std::min(comma + 1, rest.size()));                                                  \
  }
#include "recorder/redact/rules.def"
#undef RULE
}

TEST(Redaction, RulesOfTheUserAreObeyedAndChecked) {
  const auto rules = RedactionRules::with({{"customer", {"cust-"}, R"(cust-(\d{6}))"}});
  ASSERT_TRUE(rules);
  std::vector<SecretSpan> spans;
  rules->find("id cust-123456 x", spans);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].at, 8u);
  EXPECT_EQ(spans[0].length, 6u);
  EXPECT_EQ(rules->id(spans[0].rule), "customer");
  spans.clear();
  EXPECT_FALSE(rules->find_cut("id cust-12", spans).empty());
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].at, 8u);
  EXPECT_FALSE(RedactionRules::with({{"bad", {"cust-"}, "cust-("}}));
  EXPECT_FALSE(RedactionRules::with({{"short", {"abc"}, "abc"}}));
}

}  // namespace
}  // namespace sysreel
