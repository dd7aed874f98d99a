#include "format/declared_arguments.h"

#include <algorithm>

#include "format/abi/abi.h"

namespace sysreel {

std::uint8_t declared_arguments(Abi abi, SyscallNr nr) {
  constexpr std::size_t registers = 6;
  const abi::SyscallRow* const row = abi::row_of(abi, nr);
  if (row == nullptr) return registers;
  std::size_t most = row->args.size();
  for (const abi::Variant& variant : abi::variants_of(*row)) most = std::max(most, variant.row->args.size());
  return static_cast<std::uint8_t>(std::min(most, registers));
}

}  // namespace sysreel
