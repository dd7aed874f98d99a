// The table of all groups of failures. Objects are described, and rules asked, when a group is made: once.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include "analyzer/errors/error_group.h"
#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {

// Owns the groups; references stay valid. Beyond `limit` objects, failures share one group for each call and errno.
class ErrorGroups {
 public:
  explicit ErrorGroups(std::size_t limit) : limit_(limit) {}

  // Whether the failure of this call with this errno is an answer, whatever the object.
  bool is_answer(const Call& call, int error) { return of_call(call, error).routine.kind == Routine::answer; }
  // The group of a failure by its object.
  ErrorGroup& of_object(const Scene& scene, int error);
  // The group of a failure whose object does not matter, or is one too many.
  ErrorGroup& of_any_object(const Scene& scene, int error);
  // The group of a connect that was in progress, as `started` says, and failed: the scene's call told so.
  ErrorGroup& of_connect(const Scene& scene, const ErrorGroup& started, Key peer, int error);

  bool merged_objects() const { return merged_objects_; }
  std::vector<const ErrorGroup*> all() const;

 private:
  // What failures of one call with one errno have in common.
  struct CallErrors {
    Key key = 0;
    RoutineFailure routine;
    ErrorGroup* any = nullptr;
  };
  CallErrors& of_call(const Call& call, int error);
  ErrorGroup& make(const Scene& scene, int error);

  const std::size_t limit_;
  std::vector<std::unique_ptr<ErrorGroup>> groups_;
  std::unordered_map<Key, ErrorGroup*> by_object_;
  std::unordered_map<Key, CallErrors> by_call_;
  bool merged_objects_ = false;
};

}  // namespace sysreel::errors
