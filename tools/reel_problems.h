// What a reader says on stderr about a reel that is not whole.
#pragma once

#include <string>

#include "format/reel_reader.h"
#include "tools/program_name.h"

namespace sysreel::tools {

// A line for each damaged part, and one if nobody closed the reel. To be called when all of it was read.
inline void say_problems(const ReelReader& reader, const std::string& file, const ProgramName& name) {
  for (const Problem& problem : reader.problems()) name.say(problem.message);
  if (!reader.summary().closed) name.say(file + ": was never closed: its recorder was killed or is still at work; read as far as it goes");
}

}  // namespace sysreel::tools
