#include "analyzer/errors/routine.h"

#include "format/abi/errno_of.h"

namespace sysreel::errors {
namespace {

enum class Place : std::uint8_t { exactly, contains, ends };

struct CallRow {
  std::string_view call;
  int error;
  RoutineFailure failure;
};
constexpr CallRow calls[] = {
#define ANSWER(call, error, text) {#call, abi::errno_of(#error), {Routine::answer, text}},
#define GOAL(call, error, text) {#call, abi::errno_of(#error), {Routine::goal, text}},
#define PROBE(place, pattern, text)
#include "analyzer/errors/routine.def"
#undef PROBE
#undef GOAL
#undef ANSWER
};

struct PathRow {
  Place place;
  std::string_view pattern;
  const char* text;
};
constexpr PathRow paths[] = {
#define ANSWER(call, error, text)
#define GOAL(call, error, text)
#define PROBE(place, pattern, text) {Place::place, pattern, text},
#include "analyzer/errors/routine.def"
#undef PROBE
#undef GOAL
#undef ANSWER
};

bool matches(const PathRow& row, std::string_view path) {
  switch (row.place) {
    case Place::exactly: return path == row.pattern;
    case Place::contains: return path.find(row.pattern) != std::string_view::npos;
    case Place::ends: return path.ends_with(row.pattern);
  }
  return false;
}

}  // namespace

RoutineFailure routine_call(std::string_view call, int error) {
  for (const CallRow& row : calls) {
    if (row.error == error && row.call == call) return row.failure;
  }
  return {};
}

RoutineFailure routine_path(std::string_view path) {
  for (const PathRow& row : paths) {
    if (matches(row, path)) return {Routine::probe, row.text};
  }
  return {};
}

}  // namespace sysreel::errors
