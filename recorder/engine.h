// Makes the engine that a recording asks for.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "recorder/event_source.h"

namespace sysreel {

enum class EngineChoice : std::uint8_t { automatic, ebpf, ptrace };

// "auto", "ebpf" or "ptrace".
Result<EngineChoice> parse_engine(std::string_view text);

struct Engine {
  std::unique_ptr<EventSource> source;
  std::string reason;  // why it was chosen, for one line to the user; empty where the user chose
};

// What of the options only the eBPF engine can do, as an infinitive: "filter by fd=3"; empty if nothing.
std::string needs_kernel(const RecordOptions& options);

// `automatic` prefers the eBPF engine and falls back to ptrace, with the reason. Fails with what is missing where the
// engine that was asked for cannot run here.
Result<Engine> make_engine(EngineChoice choice, const RecordOptions& options);

}  // namespace sysreel
