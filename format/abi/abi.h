// Looks up the rows: which call a number means, what its arguments are, what errno and signal numbers are called.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "format/abi/types.h"
#include "format/ids.h"

namespace sysreel::abi {

// Classes of -e trace=%class, as strace(1) defines them. A set of bits.
enum SyscallClass : std::uint32_t {
  no_class = 0,
  desc = 1u << 0,        // uses or makes a file descriptor
  file = 1u << 1,        // takes a file name
  memory_class = 1u << 2,
  process = 1u << 3,
  network = 1u << 4,
  signal_class = 1u << 5,
  ipc = 1u << 6,
  creds = 1u << 7,       // user and group ids, capabilities
  clock = 1u << 8,       // system clocks
  pure = 1u << 9,        // no arguments and never fails
  stat_class = 1u << 10, lstat_class = 1u << 11, fstat_class = 1u << 12, stat_like = 1u << 13,
  statfs_class = 1u << 14, fstatfs_class = 1u << 15, statfs_like = 1u << 16,
  // not strace's: what the recorder must keep even when filtered, so that the reader's model stays true
  makes_fd = 1u << 24, changes_fds = 1u << 25, changes_maps = 1u << 26, changes_tasks = 1u << 27,
};

// How the result prints when the call did not fail.
enum class ResultKind : std::uint8_t {
#define RESULT(name) name,
#include "format/abi/results.def"
#undef RESULT
};

struct Arg {
  Type type;
  const char* name;
};

// One system call: its row in format/abi/syscalls/*.def.
struct SyscallRow {
  std::string_view name;
  std::uint32_t classes;
  ResultKind result;
  std::span<const Arg> args;
};

// The meaning of a call number; nullptr where the table has none. The row lives forever.
// Bit 30 of x32 numbers may be set or not: tables count without it.
const SyscallRow* row_of(Abi abi, SyscallNr nr);

// The signature that holds for these argument values: a VARIANT of the row where one matches, else the row itself.
const SyscallRow& variant_of(const SyscallRow& row, std::span<const std::uint64_t, 6> args);

// All variants of a row, with the values that select them. Engines compile them into their capture plans.
// Those with two selectors are tried first, then those with one, the wider mask first; keys are unique among their like.
struct Variant {
  const SyscallRow* base;
  const SyscallRow* row;
  std::uint8_t selector;          // argument number whose low 32 bits, masked, must equal `key`
  std::uint32_t key;
  bool has_second = false;        // a second selector (level and option name of a socket option)
  std::uint8_t selector2 = 0;
  std::uint32_t key2 = 0;
  std::uint32_t mask = ~0u;       // of the first selector: commands that hold a length or flags
};
std::span<const Variant> variants_of(const SyscallRow& row);

// The (lowest) number of a call by name in that ABI's table, without the bit of x32.
std::optional<SyscallNr> number_of(Abi abi, std::string_view name);

// One past the highest number of that ABI.
unsigned table_size(Abi abi);

// "ENOENT", or nullptr; `error` is positive. "No such file or directory".
const char* errno_name(int error);
const char* errno_text(int error);
// "SIGINT" or nullptr (real-time signals: see print_signal_number in analyzer/text/processes).
const char* signal_name(Abi abi, int signo);

// "x86_64", "i386", …
const char* name_of(Abi abi);

}  // namespace sysreel::abi
