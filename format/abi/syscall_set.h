// Which system calls an option means: the expressions of -e trace=, abbrev=, raw= and verbose=, for recording and for reading.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "format/ids.h"
#include "format/result.h"

namespace sysreel::abi {

// A set of calls, by number in the table of each ABI. Sets that were parsed hold every number that has no name.
struct SyscallSet {
  std::array<std::vector<bool>, 4> chosen;  // by Abi, then number; what lies beyond a vector's end is as `others` says
  bool others = false;                      // numbers that no table knows

  static SyscallSet all() { return {{}, true}; }
  static SyscallSet none() { return {}; }
  bool has(Abi abi, SyscallNr nr) const {
    const auto& bits = chosen[static_cast<unsigned>(abi)];
    const int number = abi == Abi::x32 && raw(nr) > 0 ? raw(nr) & ~0x40000000 : raw(nr);  // without __X32_SYSCALL_BIT
    const auto index = static_cast<std::size_t>(number);
    return index < bits.size() ? bits[index] : others;
  }
};

// Parses [!]all, [!]none or [!]VALUE[,VALUE]... where VALUE is a name, a number, %class (or one of the old bare class
// names), /regex (POSIX extended) or all; "?VALUE" may match nothing, "VALUE@64", "@32" and "@x32" mean one word size only.
// Fails in the words of strace: "invalid system call 'X'", "incorrect personality designator 'P' in qualification 'X@P'"
// (ErrorKind::usage), "regcomp: REGEX: why".
Result<SyscallSet> parse_syscall_set(std::string_view expression);

}  // namespace sysreel::abi
