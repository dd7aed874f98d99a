#include "tests/analyzer/errors/scenario.h"

#include <gtest/gtest.h>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t address = 0x1000, second = 0x2000, third = 0x3000;
constexpr Nanos step{1'000'000};

ByteSpan bytes_of(std::string_view text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }

std::int64_t result_of(int error, std::int64_t success) { return error == 0 ? success : -error; }

}  // namespace

std::string inet_address(int port) {
  std::string bytes = {2, 0, static_cast<char>(port >> 8), static_cast<char>(port & 0xff), 127, 0, 0, 1};
  return bytes + std::string(8, '\0');
}

Scenario& Scenario::call(CallBuilder builder) {
  Call event = builder.event();
  event.pid = Pid{pid_};
  event.tid = Tid{pid_};
  event.start = now_;
  now_ = now_ + step;
  report.on(event);
  return *this;
}

Scenario& Scenario::open(std::string_view path, int error, std::uint64_t flags) {
  return call(CallBuilder("openat", {at_fdcwd, address, flags, 0}).in_string(address, path).returns(result_of(error, 3)));
}

Scenario& Scenario::execute(std::string_view path, int error) {
  return call(CallBuilder("execve", {address, 0, 0}).in_string(address, path).returns(result_of(error, 0)));
}

Scenario& Scenario::stat(std::string_view path, int error) {
  return call(CallBuilder("newfstatat", {at_fdcwd, address, second, 0}).in_string(address, path).returns(result_of(error, 0)));
}

Scenario& Scenario::connect(int fd, std::string_view peer, int error) {
  return call(CallBuilder("connect", {static_cast<std::uint64_t>(fd), address, peer.size()}).in(address, peer).returns(result_of(error, 0)));
}

Scenario& Scenario::so_error(int fd, int outcome) {
  CallBuilder option("getsockopt", {static_cast<std::uint64_t>(fd), 1, 4, second, third});
  option.out_object(second, outcome).in_object(third, 4).out_object(third, 4).returns(0);
  return call(option);
}

Scenario& Scenario::write(int fd, std::string_view text, int error) {
  CallBuilder write("write", {static_cast<std::uint64_t>(fd), address, text.size()});
  return call(write.in(address, text).returns(result_of(error, static_cast<std::int64_t>(text.size()))));
}

Scenario& Scenario::read(int fd, int error) {
  return call(CallBuilder("read", {static_cast<std::uint64_t>(fd), address, 10}).returns(result_of(error, 10)));
}

Scenario& Scenario::exits(int status) {
  return event(TaskExit{.pid = Pid{pid_}, .tid = Tid{pid_}, .time = now_, .status = status << 8, .whole_process = true});
}

Scenario& Scenario::dies(int signal) {
  return event(TaskExit{.pid = Pid{pid_}, .tid = Tid{pid_}, .time = now_, .status = signal, .whole_process = true});
}

Scenario& Scenario::descriptor(int fd, FdKind kind, std::string_view path, std::uint32_t open_flags) {
  FdFact fact;
  fact.pid = Pid{pid_};
  fact.fd = fd;
  fact.kind = kind;
  fact.path = path;
  fact.inode = std::hash<std::string_view>{}(path);
  fact.open_flags = open_flags;
  return event(fact);
}

Scenario& Scenario::socket(int fd, std::string_view local, std::string_view peer) {
  FdFact fact;
  fact.pid = Pid{pid_};
  fact.fd = fd;
  fact.kind = FdKind::socket;
  fact.path = "socket:[7]";
  fact.family = 2;
  fact.socket_type = 1;
  fact.local = bytes_of(local);
  fact.peer = bytes_of(peer);
  return event(fact);
}

Scenario& Scenario::snapshot(SnapshotKind kind, std::string_view text) {
  return event(Snapshot{.pid = Pid{pid_}, .tid = Tid{pid_}, .time = now_, .kind = kind, .data = bytes_of(text)});
}

void Scenario::finish() {
  if (!finished_) report.finish();
  finished_ = true;
}

const errors::ErrorGroup& Scenario::group(int error) {
  finish();
  for (const errors::ErrorGroup* group : report.groups()) {
    if (group->error == error) return *group;
  }
  ADD_FAILURE() << "no failure with errno " << error;
  static const errors::ErrorGroup none;
  return none;
}

std::string Scenario::explanation(int error) {
  const errors::ErrorGroup& about = group(error);
  std::string text;
  for (const std::string& fact : about.facts) text += fact + "\n";
  return text + errors::rule_for(error).next(about) + "\n";
}

std::string Scenario::text() {
  finish();
  return errors::report_text(report, header);
}

}  // namespace sysreel::testing
