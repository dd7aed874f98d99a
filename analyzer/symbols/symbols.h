// Names of code: from a place in a file to the function and source line, by the symbols and debug information found here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sysreel {

struct Symbol {
  std::string name;          // C++ names as they are written
  std::uint64_t offset = 0;  // of the place from its beginning
};

// Opens each file once and keeps it; debug information is found by build-id where the reader runs. Used by one thread.
class Symbols {
 public:
  Symbols();
  ~Symbols();
  Symbols(Symbols&&) noexcept;
  Symbols& operator=(Symbols&&) noexcept;

  // As hex digits: tells whether the file found here is the one that was recorded. Empty if it cannot be read or has none.
  std::string build_id(std::string_view path);
  // The function at an offset in a file; nothing if the file cannot be read or has no such symbol.
  std::optional<Symbol> find(std::string_view path, std::uint64_t offset);
  // "file.c:12"; empty if it is not known.
  std::string source_line(std::string_view path, std::uint64_t offset);

 private:
  class File;
  File& file(std::string_view path);
  struct Files;
  std::unique_ptr<Files> files_;
};

}  // namespace sysreel
