#include "analyzer/errors/error_groups.h"

#include "analyzer/text/call_line.h"
#include "analyzer/text/call_text.h"

namespace sysreel::errors {
namespace {

// The errors with which a path answers that there is nothing behind it.
bool can_be_a_probe(int error) { return is_missing(error) || error == abi::errno_of("ENXIO"); }

}  // namespace

ErrorGroups::CallErrors& ErrorGroups::of_call(const Call& call, int error) {
  const Key key = mixed(static_cast<Key>(raw(call.nr)) << 2 | static_cast<Key>(call.abi), static_cast<Key>(error));
  const auto [known, is_new] = by_call_.try_emplace(key);
  if (is_new) known->second = {key, routine_call(text::row_for(call).name, error), nullptr};
  return known->second;
}

ErrorGroup& ErrorGroups::of_object(const Scene& scene, int error) {
  const CallErrors& kind = of_call(scene.call, error);
  const Key key = mixed(kind.key, object_key(scene.call, scene.shape, scene.model));
  if (const auto found = by_object_.find(key); found != by_object_.end()) return *found->second;
  if (by_object_.size() >= limit_) {
    merged_objects_ = true;
    return of_any_object(scene, error);
  }
  ErrorGroup& group = make(scene, error);
  by_object_.emplace(key, &group);
  group.object = object_of(scene.call, scene.shape, scene.model);
  group.routine = kind.routine;
  if (group.routine.kind == Routine::no && can_be_a_probe(error)) group.routine = routine_path(path_of(group.object));
  rule_for(error).observe(scene, group);
  return group;
}

ErrorGroup& ErrorGroups::of_any_object(const Scene& scene, int error) {
  CallErrors& kind = of_call(scene.call, error);
  if (kind.any) return *kind.any;
  kind.any = &make(scene, error);
  kind.any->routine = kind.routine;
  if (kind.routine.kind != Routine::answer) kind.any->object.text = "(other objects)";
  return *kind.any;
}

ErrorGroup& ErrorGroups::of_connect(const Scene& scene, const ErrorGroup& started, Key peer, int error) {
  const auto [known, is_new] = by_object_.try_emplace(mixed(mixed(peer, static_cast<Key>(error)), static_cast<Key>(Deed::connect)));
  if (!is_new) return *known->second;
  ErrorGroup& group = make(scene, error);
  known->second = &group;
  group.call = started.call;
  group.deed = started.deed;
  group.object = started.object;
  group.example = started.example + "; then " + group.example;
  rule_for(error).observe(scene, group);
  return group;
}

ErrorGroup& ErrorGroups::make(const Scene& scene, int error) {
  ErrorGroup& group = *groups_.emplace_back(std::make_unique<ErrorGroup>());
  text::Out name;
  text::print_call_name(name, scene.call, text::row_for(scene.call));
  group.error = error;
  group.call = name.view();
  group.deed = scene.shape.deed;
  group.pid = scene.call.pid;
  group.tid = scene.call.tid;
  group.comm = scene.model.comm(scene.call.tid);
  group.example = text::call_line(scene.call, scene.model);
  return group;
}

std::vector<const ErrorGroup*> ErrorGroups::all() const {
  std::vector<const ErrorGroup*> all;
  for (const auto& group : groups_) all.push_back(group.get());
  return all;
}

}  // namespace sysreel::errors
