// Where in which file the code of a process lies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analyzer/model/memory_map.h"
#include "format/ids.h"

namespace sysreel {

struct CodePlace {
  std::string path;          // of the mapped file
  std::uint64_t offset = 0;  // in the file
};

// Nothing if no file is mapped there.
inline std::optional<CodePlace> place_in(const MemoryMap& map, std::uint64_t address) {
  const Mapping* const mapping = map.at(address);
  if (mapping == nullptr || !mapping->name) return std::nullopt;
  return CodePlace{*mapping->name, mapping->offset_of(address)};
}

// Knows what processes have mapped at the moment of the call that is printed.
class CodePlaces {
 public:
  virtual ~CodePlaces() = default;
  // The questions that follow are about this process as it is now.
  virtual void turn_to(Pid pid) = 0;
  virtual std::optional<CodePlace> place(std::uint64_t address) = 0;
};

}  // namespace sysreel
