#include "analyzer/stacks/stack_lines.h"

namespace sysreel {

void StackLines::print(text::Out& out, Pid pid, std::span<const std::uint64_t> stack) {
  if (stack.empty()) return;
  places_.turn_to(pid);
  for (std::size_t i = 0; i < stack.size() && i < most_; ++i) {
    const std::uint64_t address = stack[i];
    const auto place = places_.place(address);
    out.put(" > ");
    if (!place) {
      out.put("unexpected_backtracing_error [");
      out.hex(address);
      out.put("]\n");
      continue;
    }
    out.put(place->path);
    out.put('(');
    auto symbol = symbols_.find(place->path, place->offset);
    if (!symbol && i > 0) {
      // The last thing that the function does is to call one that does not return.
      symbol = symbols_.find(place->path, place->offset - 1);
      if (symbol) ++symbol->offset;
    }
    if (symbol) {
      out.put(symbol->name);
      out.put("+0x");
      out.bare_hex(symbol->offset);
    }
    out.put(") [");
    out.hex(place->offset);
    out.put(']');
    if (source_) {
      // A return address belongs to the line behind the call if that is the last of its line.
      const std::uint64_t asked = i == 0 ? place->offset : place->offset - 1;
      if (const std::string line = symbols_.source_line(place->path, asked); !line.empty()) {
        out.put(' ');
        out.put(line);
      }
    }
    out.put('\n');
  }
}

}  // namespace sysreel
