// Asks /proc what traced processes are doing now: descriptors and folders for the live front end.
#pragma once

#include "analyzer/model/model.h"
#include "recorder/fd_lookup.h"

namespace sysreel::tools {

// True to this moment as long as the traced thread is stopped. Used by one thread.
class LiveProcesses final : public LiveState {
 public:
  std::optional<Descriptor> descriptor(Pid pid, int fd) override;
  std::string cwd(Pid pid) override;

 private:
  FdLookup lookup_;
};

}  // namespace sysreel::tools
