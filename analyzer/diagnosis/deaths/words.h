// Small pieces of text that causes of death share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/diagnosis/deaths/death.h"

namespace sysreel::deaths {

// "64 MiB", "1.5 GiB", "300 bytes".
std::string size_text(std::uint64_t bytes);

// The number behind `name` in "name value" lines.
std::optional<std::uint64_t> value_of(std::string_view lines, std::string_view name);

// "kill (pid 4711, uid 0)", with its command line where it is known.
std::string sender_text(const SentSignal& signal, const Inquest& inquest);

// "SIGSEGV"; of the recorded host.
std::string signal_text(int signo, const Inquest& inquest);

Evidence evidence_of(const SentSignal& signal);

// How its memory grew, as lines: samples, then who mapped what is anonymous. Empty where nothing is known.
std::vector<std::string> memory_growth(const Death& death, const Inquest& inquest);

}  // namespace sysreel::deaths
