// How a part of a reel is read for its text: little more of it than that.
#pragma once

#include "analyzer/text/text_options.h"
#include "analyzer/window.h"
#include "format/reel_reader.h"

namespace sysreel::tools {

// Which chunks hold the window. Those before it are among them only if an option prints what happened there (-y).
ChunkFilter chunks_of_window(ReelReader& reader, const text::TextOptions& options, const Window& window);

// How its text is to look: how many tasks there are is not known, so that every line says which it is about.
text::TextOptions options_in_window(const text::TextOptions& options);

}  // namespace sysreel::tools
