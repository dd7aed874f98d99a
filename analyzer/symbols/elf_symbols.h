// Symbols of one ELF file: which function an offset in the file belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sysreel {

// Reads a file on this machine, once, when it is made. Holds what it has read. Used by one thread.
class ElfSymbols {
 public:
  // Nothing if there is no such file, or it is no ELF file.
  static std::optional<ElfSymbols> open(const std::string& path);

  // As hex digits; empty if the file has none.
  const std::string& build_id() const { return build_id_; }

  struct Hit {
    std::string name;          // demangled
    std::uint64_t offset = 0;  // behind its beginning
  };
  std::optional<Hit> at_file_offset(std::uint64_t offset) const;

 private:
  struct Segment {
    std::uint64_t offset, address, length;
  };
  struct Symbol {
    std::uint64_t address, size;
    std::string name;
  };
  std::string build_id_;
  std::vector<Segment> segments_;
  std::vector<Symbol> symbols_;  // functions, by address
};

}  // namespace sysreel
