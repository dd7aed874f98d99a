// What trace-report shows of a reel: its text, or one of its answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/text/text_renderer.h"
#include "format/result.h"
#include "tools/program_name.h"
#include "tools/window_option.h"

namespace sysreel::tools {

struct ReportView {
  enum class Kind : std::uint8_t { text, errors, diagnosis, summary, moment };
  Kind kind = Kind::text;
  std::uint64_t event = 0;  // of a moment
  std::optional<WindowOption> window{};  // of the text; unset: all of it
};

// Takes the options that choose a view out of a command line; the last one holds. --summary is the page, not strace's
// long name of -C. Fails (usage) where --at has no number, or --window no window.
Result<ReportView> take_view(std::vector<const char*>& words);

// Shows one reel.
Result<void> show_view(const ReportView& view, const std::string& file, const text::TextOptions& options,
                       text::TextSink& sink, const ProgramName& name);

}  // namespace sysreel::tools
