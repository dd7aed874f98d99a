// What processes have mapped, as a reel tells it.
#pragma once

#include "analyzer/model/memory_model.h"
#include "analyzer/model/model.h"
#include "analyzer/stacks/code_places.h"

namespace sysreel {

// Told of the events of a reel in order, each after the text has shown it. Used by one thread.
class ReelPlaces final : public EventSink, public CodePlaces {
 public:
  // `files` tells what descriptors are; borrowed. Call before the first event.
  void ask(const Model& files) { files_ = &files; }

  using EventSink::on;
  void on(const Call& call) override { memory_.on(call, *files_, 0); }
  void on(const TaskNew& task) override { memory_.on(task); }
  void on(const Exec& exec) override { memory_.on(exec, *files_); }
  void on(const TaskExit& exit) override { memory_.on(exit); }
  void on(const Snapshot& snapshot) override { memory_.on(snapshot); }

  void turn_to(Pid pid) override { map_ = memory_.map_of(pid); }
  std::optional<CodePlace> place(std::uint64_t address) override {
    return map_ != nullptr ? place_in(*map_, address) : std::nullopt;
  }

 private:
  const Model* files_ = nullptr;
  MemoryModel memory_;
  const MemoryMap* map_ = nullptr;
};

}  // namespace sysreel
