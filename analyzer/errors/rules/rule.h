// What a rule is: it explains the failures of one errno. See rules.def for which there are.
#pragma once

#include <string>

#include "analyzer/errors/call_shape.h"
#include "analyzer/errors/error_group.h"
#include "analyzer/errors/knowledge.h"
#include "analyzer/errors/process_track.h"
#include "analyzer/model/model.h"
#include "analyzer/wall_clock.h"

namespace sysreel::errors {

// The moment of a group's first failure.
struct Scene {
  const Call& call;
  const CallShape& shape;
  const Model& model;        // before the call
  const Knowledge& knowledge;
  ProcessTrack& process;
};

// Each rule is one file with these two functions:
//   observe_NAME  adds what can be seen at the first failure to group.facts: sentences without a full stop.
//   next_NAME     says at the end what the reader should do next, one sentence.
struct Rule {
  void (*observe)(const Scene& scene, ErrorGroup& group);
  std::string (*next)(const ErrorGroup& group);
};

// The rule of an errno; every errno has one.
const Rule& rule_for(int error);

void observe_general(const Scene& scene, ErrorGroup& group);
std::string next_general(const ErrorGroup& group);
#define RULE(name, error)                                       \
  void observe_##name(const Scene& scene, ErrorGroup& group); \
  std::string next_##name(const ErrorGroup& group);
#include "analyzer/errors/rules/rules.def"
#undef RULE

// What the rules share ------------------------------------------------------------------------------------------------

// "cat[4711]"
std::string process_name(const Model& model, Pid pid, Tid tid);
// Absolute form of the group's path; empty if its start is unknown.
std::string absolute_path(const FailureObject& object);

}  // namespace sysreel::errors
