// Failures that are part of a program's normal work: what routine.def says of them.
#pragma once

#include <cstdint>
#include <string_view>

namespace sysreel::errors {

// How much a failure can mean, before anything is known of what followed.
enum class Routine : std::uint8_t {
  no,
  probe,   // a path that can be missing
  goal,    // what was wanted is so already
  answer,  // the failure is the answer
};

struct RoutineFailure {
  Routine kind = Routine::no;
  const char* text = "";  // why it is no trouble
};

// By call and errno; Routine::probe is never returned here.
RoutineFailure routine_call(std::string_view call, int error);
// By the path that is missing.
RoutineFailure routine_path(std::string_view path);

}  // namespace sysreel::errors
