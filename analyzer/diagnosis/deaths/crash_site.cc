#include "analyzer/diagnosis/deaths/crash_site.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analyzer/symbols/symbols.h"
#include "format/fault.h"

namespace sysreel::deaths {
namespace {

constexpr std::size_t frames_shown = 12;

std::string hex_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

// An address as module and offset, as far as the reel tells.
struct Place {
  std::string path;                     // of the module; empty: not in a file, or not known in which
  std::optional<std::uint64_t> offset;  // in the file
  std::string build_id;
};

Place place_of(std::uint64_t address, const FaultFrame* frame, const MemoryMap* map) {
  Place place;
  const Mapping* const mapping = map ? map->at(address) : nullptr;
  if (mapping && mapping->name) {
    place.path = *mapping->name;
    place.offset = mapping->offset_of(address);
  }
  const bool known = frame && std::any_of(frame->build_id.begin(), frame->build_id.end(),
                                          [](std::byte b) { return b != std::byte{}; });
  if (known) {
    place.build_id = hex_of(frame->build_id);
    place.offset = frame->offset;  // from the kernel's own view of its mappings
  }
  return place;
}

// " (function+0x12)", or why there is no name; empty where there is nothing to say.
std::string name_at(const Place& place, Symbols& symbols) {
  if (place.path.empty() || place.path[0] == '[' || !place.offset) return "";
  const std::string found = symbols.build_id(place.path);
  const bool both_known = !place.build_id.empty() && !found.empty();
  if (both_known && place.build_id != found) return " (this machine has another build of it)";
  if (place.path[0] != '/' && !both_known) return "";  // found from where the reader is: it may be anything
  const auto symbol = symbols.find(place.path, *place.offset);
  return symbol ? fmt::format(" ({}+{:#x})", symbol->name, symbol->offset) : "";
}

std::string place_text(std::uint64_t address, const FaultFrame* frame, const MemoryMap* map, Symbols& symbols) {
  const Place place = place_of(address, frame, map);
  std::string text = fmt::format("{:#x}", address);
  if (!place.path.empty()) text += fmt::format(" {}", place.path);
  if (place.path.empty() && !place.build_id.empty()) text += fmt::format(" build-id {}", place.build_id);
  if (place.offset && (!place.path.empty() || !place.build_id.empty())) text += fmt::format("+{:#x}", *place.offset);
  return text + name_at(place, symbols);
}

void add_registers(const Fault& fault, std::vector<std::string>& lines) {
  constexpr std::pair<const char*, X86Register> shown[] = {
      {"rax", X86Register::ax},  {"rbx", X86Register::bx},  {"rcx", X86Register::cx},  {"rdx", X86Register::dx},
      {"rsi", X86Register::si},  {"rdi", X86Register::di},  {"rbp", X86Register::bp},  {"rsp", X86Register::sp},
      {"r8", X86Register::r8},   {"r9", X86Register::r9},   {"r10", X86Register::r10}, {"r11", X86Register::r11},
      {"r12", X86Register::r12}, {"r13", X86Register::r13}, {"r14", X86Register::r14}, {"r15", X86Register::r15}};
  std::string line;
  for (std::size_t i = 0; i < std::size(shown); ++i) {
    line += fmt::format("{:<4}{:<19}", shown[i].first, fmt::format("{:#x}", fault.at(shown[i].second)));
    if (i % 4 != 3) continue;
    while (line.ends_with(' ')) line.pop_back();
    lines.push_back("  " + line);
    line.clear();
  }
}

// The bytes from the instruction on, and those before it.
std::string code_text(const Fault& fault) {
  const std::uint64_t before = fault.at(X86Register::ip) - fault.code_address;
  std::string text;
  for (std::size_t i = 0; i < fault.code.size(); ++i) {
    const unsigned byte = std::to_integer<unsigned>(fault.code[i]);
    text += i == before ? fmt::format("<{:02x}> ", byte) : fmt::format("{:02x} ", byte);
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

std::vector<std::string> crash_site(const Death& death, const Inquest&) {
  std::vector<std::string> lines;
  const Crash& crash = *death.crash;
  const auto fault = decode_fault(crash.fault);
  const auto frame = [&](std::size_t i) { return fault && i < fault->frames.size() ? &fault->frames[i] : nullptr; };
  Symbols symbols;
  lines.push_back(
      fmt::format("thread {} at {}", raw(crash.tid),
                  place_text(crash.ip, crash.stack.empty() ? nullptr : frame(0), death.map.get(), symbols)));
  // Code without frame pointers leads the walk astray: it ends where an address repeats, or lies in no file.
  for (std::size_t i = 1; i < crash.stack.size() && i < frames_shown; ++i) {
    const bool astray = crash.stack[i] == crash.stack[i - 1] ||
                        (death.map && place_of(crash.stack[i], frame(i), death.map.get()).path.empty());
    if (astray) break;
    lines.push_back("  called from " + place_text(crash.stack[i], frame(i), death.map.get(), symbols));
  }
  if (!fault) return lines;
  if (fault->trap_known && crash.code > 0) {
    lines.push_back(
        fmt::format("trap {}, error code {:#x}, fault address {:#x}", fault->trap, fault->error_code, fault->address));
  }
  add_registers(*fault, lines);
  if (!fault->code.empty()) lines.push_back("  code " + code_text(*fault));
  if (!fault->stack_memory.empty())
    lines.push_back(fmt::format("{} bytes of stack memory are in the reel", fault->stack_memory.size()));
  return lines;
}

}  // namespace sysreel::deaths
