#include "tools/reel_excerpt.h"

#include <algorithm>

namespace sysreel::tools {
namespace {

// Some things are printed by what happened long before: what descriptors are, and how tasks are called.
bool needs_history(const text::TextOptions& options) {
  return options.stack || options.decode_fds != 0 || options.decode_pids != 0 || !options.paths.empty() || options.trace_fds.has_value();
}

}  // namespace

ChunkFilter chunks_of_window(ReelReader& reader, const text::TextOptions& options, const Window& window) {
  ChunkFilter chunks;
  chunks.from = window.from;
  chunks.to = window.to;
  if (!needs_history(options)) return chunks;
  chunks.from = Nanos{INT64_MIN};
  for (const IndexEntry& entry : reader.index()) {
    if (entry.checkpoint && entry.first_end <= window.from) chunks.from = std::max(chunks.from, entry.first_end);
  }
  return chunks;
}

text::TextOptions options_in_window(const text::TextOptions& options) {
  using Prefix = text::TextOptions::PidPrefix;
  text::TextOptions shown = options;
  if (shown.pid_prefix == Prefix::when_several) shown.pid_prefix = Prefix::always;
  return shown;
}

}  // namespace sysreel::tools
