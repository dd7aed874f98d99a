// A stack as one name, to group calls by the way that led to them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>

#include "analyzer/stacks/code_places.h"
#include "analyzer/symbols/symbols.h"

namespace sysreel {

// "write < flush < main", innermost first: functions, so that calls from one function are one and address randomisation does not
// part processes. Code without a symbol is "libfoo.so+0x1b2c", code in no file its address. Used by one thread.
class StackNames {
 public:
  // `places` is borrowed.
  explicit StackNames(CodePlaces& places) : places_(places) {}

  // Appends the name; nothing for an empty stack.
  void put(std::string& name, Pid pid, std::span<const std::uint64_t> stack);

 private:
  // The name of the code that calls; `return_address` is that of all frames but the innermost.
  void put_frame(std::string& name, std::uint64_t address, bool return_address);

  CodePlaces& places_;
  Symbols symbols_;
  std::unordered_map<std::string, std::unordered_map<std::uint64_t, std::string>> known_;  // by file and offset
};

}  // namespace sysreel
