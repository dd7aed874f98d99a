// Follows the mappings of every process through the calls that change them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>

#include "analyzer/model/memory_map.h"
#include "analyzer/model/model.h"
#include "format/event.h"

namespace sysreel {

// Told of the events of a reel in order. Processes that fork share their map until one of them changes it. Used by one
// thread.
class MemoryModel {
 public:
  // The calls that it lives on, as -e trace= takes them.
  static constexpr std::string_view calls = "mmap,mmap2,munmap,mprotect,mremap,brk,?pkey_mprotect,open,openat";

  // A call that succeeded. `files` tells what its descriptors are.
  void on(const Call& call, const Model& files, std::uint64_t event);
  void on(const TaskNew& task);
  // `files` tells from where a relative path starts.
  void on(const Exec& exec, const Model& files);
  void on(const TaskExit& exit);
  void on(const Snapshot& snapshot);

  // nullptr if nothing is known of the process. Valid until the next event.
  const MemoryMap* map_of(Pid pid) const;
  // The map as it is now; later events do not change what was shared.
  std::shared_ptr<const MemoryMap> share(Pid pid) const;

 private:
  MemoryMap& writable(Pid pid);
  void lay_out(Pid pid, std::string_view layout);
  void note_name(const Call& call, std::size_t path_argument, const Model& files);
  Mapping mapping_of(const Call& call, bool offset_in_pages, const Model& files, const Origin& origin) const;

  std::unordered_map<int, std::shared_ptr<MemoryMap>> maps_;
  std::unordered_map<int, std::shared_ptr<const std::string>> programs_;  // path of the executed file, by pid
  // What files were opened as, by device and inode, where the recorder came too late to ask for their paths.
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::shared_ptr<const std::string>> opened_as_;
};

}  // namespace sysreel
