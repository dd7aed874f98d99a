// Stacks as text: the lines that -k prints behind a call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "analyzer/stacks/code_places.h"
#include "analyzer/symbols/symbols.h"
#include "analyzer/text/text_renderer.h"

namespace sysreel {

// " > /lib/libc.so.6(__write+0x14) [0xf8350]" for each address, innermost first. Used by one thread.
class StackLines final : public text::StackPrinter {
 public:
  // `places` is borrowed. `most` frames print, with their source line where `source` is asked for and known.
  StackLines(CodePlaces& places, std::size_t most, bool source) : places_(places), most_(most), source_(source) {}
  void print(text::Out& out, Pid pid, std::span<const std::uint64_t> stack) override;

 private:
  CodePlaces& places_;
  const std::size_t most_;
  const bool source_;
  Symbols symbols_;
};

}  // namespace sysreel
