// What processes have mapped, as a reel tells it: by what was read of them, and by their calls since.
#pragma once

#include <unordered_map>

#include "analyzer/model/model.h"
#include "analyzer/stacks/mapped_files.h"

namespace sysreel {

// Told of the events of a reel in order, each after the text has shown it. Used by one thread.
class ReelPlaces final : public EventSink, public CodePlaces {
 public:
  // `files` tells what descriptors are; borrowed. Call before the first event.
  void ask(const Model& files) { files_ = &files; }

  using EventSink::on;
  void on(const Call& call) override;
  void on(const TaskNew& task) override;
  void on(const Exec& exec) override { processes_.erase(raw(exec.pid)); }
  void on(const TaskExit& exit) override;
  void on(const Snapshot& snapshot) override;

  void turn_to(Pid pid) override { asked_ = pid; }
  std::optional<CodePlace> place(std::uint64_t address) override;

 private:
  const Model* files_ = nullptr;
  Pid asked_{};
  std::unordered_map<int, MappedFiles> processes_;
};

}  // namespace sysreel
