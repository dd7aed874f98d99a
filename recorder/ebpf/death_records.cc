#include "recorder/ebpf/death_records.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "format/fault.h"

namespace sysreel {
namespace {

std::vector<FaultFrame> frames_of(const sr_fault& from) {
  constexpr int known = 1;  // BPF_STACK_BUILD_ID_VALID, uapi linux/bpf.h
  std::vector<FaultFrame> frames(std::min<std::size_t>(from.frame_count, std::size(from.frames)));
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (from.frames[i].status != known) continue;
    std::memcpy(frames[i].build_id.data(), from.frames[i].build_id, sizeof from.frames[i].build_id);
    frames[i].offset = from.frames[i].offset;
  }
  return frames;
}

void deliver_text(const sr_event& event, SnapshotKind kind, std::string_view text, EventSink& sink) {
  sink.on(Snapshot{Pid{static_cast<std::int32_t>(event.pid)},
                   Tid{static_cast<std::int32_t>(event.tid)},
                   {static_cast<std::int64_t>(event.time)},
                   kind,
                   std::as_bytes(std::span(text))});
}

}  // namespace

void deliver_fault(Signal signal, std::string_view payload, EventSink& sink) {
  sr_fault from;
  if (payload.size() < sizeof from) return sink.on(signal);
  std::memcpy(&from, payload.data(), sizeof from);
  payload.remove_prefix(sizeof from);
  Fault fault;
  fault.trap_known = true;
  fault.trap = from.trap;
  fault.error_code = from.error_code;
  fault.address = from.address;
  static_assert(sizeof fault.registers == sizeof from.registers);
  std::memcpy(fault.registers.data(), from.registers, sizeof from.registers);
  fault.code_address = from.code_address;
  fault.code = std::as_bytes(std::span(from.code)).first(std::min<std::size_t>(from.code_length, sizeof from.code));
  fault.stack_memory =
      std::as_bytes(std::span(payload)).first(std::min<std::size_t>(from.stack_memory, payload.size()));
  fault.frames = frames_of(from);
  const std::vector<std::byte> bytes = encode_fault(fault);
  signal.fault = bytes;
  std::vector<std::uint64_t> stack(from.stack, from.stack + std::min<std::size_t>(from.depth, std::size(from.stack)));
  signal.stack = stack;
  sink.on(signal);
}

void deliver_victim(const sr_event& event, std::string_view payload, EventSink& sink) {
  sr_victim victim;
  if (payload.size() < sizeof victim) return;
  std::memcpy(&victim, payload.data(), sizeof victim);
  const auto kilobytes_a_page = ::sysconf(_SC_PAGESIZE) / 1024;
  std::string text;
  const auto pages = [&](const char* name, std::int64_t count) {
    if (count >= 0) text += fmt::format("{} {} kB\n", name, count * kilobytes_a_page);
  };
  pages("total-vm", victim.total);
  pages("anon-rss", victim.anonymous);
  pages("file-rss", victim.file);
  pages("shmem-rss", victim.shared);
  if (victim.page_tables >= 0)
    text += fmt::format("pgtables {} kB\noom_score_adj {}\n", victim.page_tables / 1024, victim.score_adjustment);
  if (text.empty()) text = "chosen\n";  // this kernel told the pid alone
  deliver_text(event, SnapshotKind::oom_victim, text, sink);
}

void deliver_layout(const sr_event& event, std::string_view payload, EventSink& sink) {
  sr_layout layout;
  if (payload.size() < sizeof layout) return;
  std::memcpy(&layout, payload.data(), sizeof layout);
  const std::string text = fmt::format(
      "code {:x} {:x}\ndata {:x} {:x}\nheap {:x} {:x}\nstack {:x} {:x}\nheaders {:x} {:x}\nloader {:x} {:x}\n",
      layout.start_code, layout.end_code, layout.start_data, layout.end_data, layout.start_brk, layout.brk,
      layout.start_stack, layout.start_stack, layout.headers, layout.headers, layout.loader, layout.loader);
  deliver_text(event, SnapshotKind::memory_layout, text, sink);
}

}  // namespace sysreel
