// Build-ids of the programs and libraries that a process has mapped, so that a reader elsewhere finds their symbols.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "format/ids.h"

namespace sysreel {

// The build-id in the notes of an ELF file, as hex digits; empty if it has none or cannot be read.
std::string build_id_of(const std::string& path);

// Remembers the files it has read. Used by one thread.
class BuildIds {
 public:
  // "path<TAB>hex" lines, one for each file that /proc/PID/maps, given as text, maps executable.
  std::string lines_for(Pid pid, std::string_view maps);

 private:
  using FileId = std::pair<std::uint64_t, std::uint64_t>;  // device and inode
  std::map<FileId, std::string> known_;
};

}  // namespace sysreel
