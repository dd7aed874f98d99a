#include "analyzer/stacks/stack_names.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace sysreel {

void StackNames::put(std::string& name, Pid pid, std::span<const std::uint64_t> stack) {
  places_.turn_to(pid);
  for (std::size_t i = 0; i < stack.size(); ++i) {
    if (i > 0 && stack[i] == 0) break;  // the frame pointer of a thread's first function
    if (i > 0) name += " < ";
    put_frame(name, stack[i], i > 0);
  }
}

void StackNames::put_frame(std::string& name, std::uint64_t address, bool return_address) {
  const auto place = places_.place(address);
  if (!place) {
    fmt::format_to(std::back_inserter(name), "{:#x}", address);
    return;
  }
  std::string& known = known_[place->path][place->offset];
  if (known.empty()) {
    // The last thing that a function does may be to call one that does not return.
    const std::uint64_t asked = return_address && place->offset > 0 ? place->offset - 1 : place->offset;
    const auto symbol = symbols_.find(place->path, asked);
    const std::string_view path = place->path;
    known = symbol ? symbol->name : fmt::format("{}+{:#x}", path.substr(path.rfind('/') + 1), place->offset);
  }
  name += known;
}

}  // namespace sysreel
