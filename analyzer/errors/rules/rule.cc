#include "analyzer/errors/rules/rule.h"

#include <fmt/format.h>

namespace sysreel::errors {

const Rule& rule_for(int error) {
  struct Row {
    int error;
    Rule rule;
  };
  static constexpr Row rows[] = {
#define RULE(name, error) {abi::errno_of(#error), {observe_##name, next_##name}},
#include "analyzer/errors/rules/rules.def"
#undef RULE
  };
  static constexpr Rule general{observe_general, next_general};
  for (const Row& row : rows) {
    if (row.error == error) return row.rule;
  }
  return general;
}

std::string process_name(const Model& model, Pid pid, Tid tid) {
  const std::string_view comm = model.comm(tid);
  return fmt::format("{}[{}]", comm.empty() ? "process" : escaped(comm), raw(pid));
}

std::string absolute_path(const FailureObject& object) {
  if (object.name.starts_with('/')) return object.name;
  return object.start.empty() ? std::string() : object.start + (object.start.ends_with('/') ? "" : "/") + object.name;
}

}  // namespace sysreel::errors
