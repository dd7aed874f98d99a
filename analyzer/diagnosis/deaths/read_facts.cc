#include "analyzer/diagnosis/deaths/read_facts.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "format/abi/abi.h"

namespace sysreel::deaths {
namespace {

// Offsets in the kernel's siginfo of 64-bit ABIs (uapi asm-generic/siginfo.h).
constexpr std::size_t si_code_at = 8, si_pid_at = 16, si_uid_at = 20, si_addr_at = 16, si_syscall_at = 24;

template <typename T>
T read_at(ByteSpan bytes, std::size_t offset) {
  T value{};
  if (bytes.size() >= offset + sizeof value) std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

const Block* block_at(const Call& call, std::uint64_t address) {
  const auto found = std::find_if(call.blocks.begin(), call.blocks.end(),
                                  [address](const Block& block) { return block.address == address; });
  return found == call.blocks.end() || address == 0 ? nullptr : &*found;
}

}  // namespace

SentSignal sent_signal(const Signal& signal, const Scene& scene) {
  SentSignal sent;
  sent.event = scene.event;
  sent.time = signal.time;
  sent.signo = signal.signo;
  sent.code = read_at<std::int32_t>(signal.siginfo, si_code_at);
  sent.sender = signal.sender_pid;
  sent.sender_name = signal.sender_comm;
  if (sent.sender_name.empty()) sent.sender_name = scene.model.comm(Tid{raw(signal.sender_pid)});
  if (sent.code <= si_user) sent.uid = read_at<std::uint32_t>(signal.siginfo, si_uid_at);
  if (signal.sender_call != 0) sent.sender_call = SyscallNr{static_cast<std::int32_t>(signal.sender_call - 1)};
  sent.line = scene.evidence(signal).what;
  return sent;
}

Crash crash_of(const Signal& signal, const Scene& scene) {
  Crash crash;
  crash.event = scene.event;
  crash.time = signal.time;
  crash.tid = signal.tid;
  crash.signo = signal.signo;
  crash.code = read_at<std::int32_t>(signal.siginfo, si_code_at);
  if (crash.code > 0) crash.address = read_at<std::uint64_t>(signal.siginfo, si_addr_at);
  if (crash.code <= 0) crash.sender = Pid{read_at<std::int32_t>(signal.siginfo, si_pid_at)};
  crash.call = read_at<std::int32_t>(signal.siginfo, si_syscall_at);
  crash.ip = signal.ip;
  crash.fault.assign(signal.fault.begin(), signal.fault.end());
  crash.stack.assign(signal.stack.begin(), signal.stack.end());
  crash.line = scene.evidence(signal).what;
  return crash;
}

std::string command_line_of(const Snapshot& snapshot) {
  constexpr std::size_t longest = 200;
  std::string text(reinterpret_cast<const char*>(snapshot.data.data()), std::min(snapshot.data.size(), longest));
  while (!text.empty() && text.back() == '\0') text.pop_back();
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text;
}

void read_limits(std::string_view table, Limits& limits) {
  constexpr std::pair<std::string_view, int> names[] = {
      {"Max cpu time", rlimit_cpu}, {"Max stack size", rlimit_stack}, {"Max address space", rlimit_as}};
  const auto number = [](std::string_view& rest) {
    const std::size_t begin = std::min(rest.find_first_not_of(' '), rest.size());
    rest.remove_prefix(begin);
    std::uint64_t value = unlimited;  // the word "unlimited" is no number
    std::from_chars(rest.data(), rest.data() + rest.size(), value);
    rest.remove_prefix(std::min(rest.find(' '), rest.size()));
    return value;
  };
  while (!table.empty()) {
    std::string_view line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(table.size(), line.size() + 1));
    for (const auto& [name, resource] : names) {
      if (!line.starts_with(name)) continue;
      line.remove_prefix(name.size());
      Limit limit;
      limit.soft = number(line);
      limit.hard = number(line);
      limits[resource] = limit;
      break;
    }
  }
}

void read_limit_call(const Call& call, std::string_view name, Limits& limits) {
  const bool prlimit = name == "prlimit64";
  if (prlimit && call.args[0] != 0 && static_cast<int>(call.args[0]) != raw(call.pid)) return;
  const Block* const block = block_at(call, call.args[prlimit ? 2 : 1]);
  if (!block || block->data.size() < 2 * sizeof(std::uint64_t)) return;
  limits[static_cast<int>(call.args[prlimit ? 1 : 0])] = {read_at<std::uint64_t>(block->data, 0),
                                                          read_at<std::uint64_t>(block->data, 8)};
}

std::string written_text(const Call& call) {
  constexpr std::size_t longest = 200;
  std::string text;
  for (const Block& block : call.blocks) {
    // The array of a writev comes with the pieces it points to; it is no text.
    if (block.address == call.args[1] && call.blocks.size() > 1) continue;
    text.append(reinterpret_cast<const char*>(block.data.data()), std::min(block.data.size(), longest - text.size()));
    if (block.end == BlockEnd::limit) text += "...";
    if (text.size() >= longest) break;
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  return text;
}

std::optional<ReapedChild> reaped_child(const Call& call, std::string_view name, const Scene& scene) {
  ReapedChild child;
  child.event = scene.event;
  if (name == "waitid") {
    const Block* const info = block_at(call, call.args[2]);
    constexpr std::int32_t cld_killed = 2, cld_dumped = 3;
    if (!info) return std::nullopt;
    const auto code = read_at<std::int32_t>(info->data, si_code_at);
    if (code != cld_killed && code != cld_dumped) return std::nullopt;
    child.pid = Pid{read_at<std::int32_t>(info->data, si_pid_at)};
    child.signo = read_at<std::int32_t>(info->data, 24);  // si_status
    return child;
  }
  const Block* const status = block_at(call, call.args[1]);
  if (!status || status->data.size() < sizeof(std::int32_t) || call.result <= 0) return std::nullopt;
  child.pid = Pid{static_cast<std::int32_t>(call.result)};
  child.signo = read_at<std::int32_t>(status->data, 0) & 0x7f;
  constexpr int stopped = 0x7f;
  if (child.signo == 0 || child.signo == stopped) return std::nullopt;
  return child;
}

}  // namespace sysreel::deaths
