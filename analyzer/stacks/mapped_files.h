// Which file lies where in a process, for the names of code.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/stacks/stack_lines.h"

namespace sysreel {

class MappedFiles {
 public:
  // What /proc/PID/maps said, in its format: replaces everything. Lines that cannot be read are left out.
  void replace_by(std::string_view maps);
  // Whatever lay there before is gone.
  void map(std::uint64_t start, std::uint64_t end, std::uint64_t offset, std::string path);
  void unmap(std::uint64_t start, std::uint64_t end);

  std::optional<CodePlace> place(std::uint64_t address) const;

 private:
  struct Mapping {
    std::uint64_t end = 0;
    std::uint64_t offset = 0;  // in the file, of the start
    std::string path;
  };
  std::map<std::uint64_t, Mapping> mappings_;  // by start
};

}  // namespace sysreel
