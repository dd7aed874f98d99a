#include "analyzer/diagnosis/deaths/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "analyzer/wall_clock.h"
#include "format/abi/abi.h"

namespace sysreel::deaths {
namespace {

// What a thread has mapped and not given back.
struct Share {
  std::uint64_t bytes = 0, mappings = 0;
  Nanos first{INT64_MAX}, last{};
  std::uint64_t event = 0;  // the last one
};

}  // namespace

std::string size_text(std::uint64_t bytes) {
  constexpr std::pair<std::uint64_t, const char*> units[] = {
      {1ull << 40, "TiB"}, {1ull << 30, "GiB"}, {1ull << 20, "MiB"}, {1ull << 10, "KiB"}};
  for (const auto& [unit, name] : units) {
    if (bytes < unit) continue;
    if (bytes % unit == 0 || bytes >= 100 * unit) return fmt::format("{} {}", bytes / unit, name);
    return fmt::format("{:.1f} {}", static_cast<double>(bytes) / static_cast<double>(unit), name);
  }
  return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
}

std::optional<std::uint64_t> value_of(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (!line.starts_with(name) || line.size() <= name.size() + 1 || line[name.size()] != ' ') continue;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(line.data() + name.size() + 1, line.data() + line.size(), value);
    if (error == std::errc{}) return value;
  }
  return std::nullopt;
}

std::string sender_text(const SentSignal& signal, const Inquest& inquest) {
  if (raw(signal.sender) == 0) return "an unknown process";
  const std::string name = signal.sender_name.empty() ? "a process" : signal.sender_name;
  const auto command = inquest.command_lines.find(raw(signal.sender));
  const std::string by = command == inquest.command_lines.end() ? "" : fmt::format(", \"{}\"", command->second);
  return fmt::format("{} (pid {}, uid {}{})", name, raw(signal.sender), signal.uid, by);
}

std::string signal_text(int signo, const Inquest& inquest) {
  const char* const name = abi::signal_name(inquest.header.native_abi, signo);
  return name ? name : fmt::format("signal {}", signo);
}

Evidence evidence_of(const SentSignal& signal) {
  return {signal.event, "sent: " + signal.line};
}

std::vector<std::string> memory_growth(const Death& death, const Inquest& inquest) {
  std::vector<std::string> lines;
  const std::uint64_t page = inquest.header.page_size;
  if (death.memory.size() >= 2) {
    const MemorySample& first = death.memory.front();
    const MemorySample& last = death.memory.back();
    lines.push_back(fmt::format("in memory: {} at {}, {} at {}", size_text(first.resident * page),
                                wall_clock(first.time, inquest.header), size_text(last.resident * page),
                                wall_clock(last.time, inquest.header)));
  }
  if (!death.map) return lines;
  std::map<int, Share> shares;
  std::uint64_t heap = 0, heap_event = 0;
  for (const auto& [start, mapping] : death.map->all()) {
    if (mapping.label() == "[heap]") {
      heap += mapping.size();
      heap_event = mapping.origin.event;
    }
    if (mapping.name || (mapping.protection & prot_write) == 0) continue;
    Share& share = shares[raw(mapping.origin.tid)];
    share.bytes += mapping.size();
    ++share.mappings;
    share.first = std::min(share.first, mapping.origin.time);
    share.last = std::max(share.last, mapping.origin.time);
    share.event = std::max(share.event, mapping.origin.event);
  }
  constexpr std::uint64_t worth_telling = 1 << 20;
  if (heap >= worth_telling) lines.push_back(fmt::format("heap: {}, grown last by #{}", size_text(heap), heap_event));
  for (const auto& [tid, share] : shares) {
    if (share.bytes < worth_telling) continue;
    const std::string who =
        tid == 0 ? "before the recording"
                 : fmt::format("by thread {} from {} to {}, last by #{}", tid, wall_clock(share.first, inquest.header),
                               wall_clock(share.last, inquest.header), share.event);
    lines.push_back(
        fmt::format("anonymous memory: {} in {} mappings, mapped {}", size_text(share.bytes), share.mappings, who));
  }
  return lines;
}

}  // namespace sysreel::deaths
