// The commands of ioctl(2): their names, and the type of the third argument where it is known.
#pragma once

#include <cstdint>
#include <span>

#include "format/abi/abi.h"

namespace sysreel::abi {

// One command with a typed argument: its row in ioctl/*.def. A variant of the call `ioctl`.
struct IoctlRow {
  std::uint32_t command;  // compared under `mask`
  std::uint32_t mask;
  SyscallRow row;
};
std::span<const IoctlRow> ioctl_rows();

// All names of a command, several where drivers chose the same number; empty where it has none.
std::span<const Name> ioctl_names(std::uint32_t command);

// The parts that _IOC of uapi asm-generic/ioctl.h packs into a command.
constexpr unsigned ioctl_direction(std::uint32_t command) { return command >> 30; }  // 1 the kernel reads, 2 it writes
constexpr unsigned ioctl_size(std::uint32_t command) { return command >> 16 & 0x3fff; }
constexpr unsigned ioctl_type(std::uint32_t command) { return command >> 8 & 0xff; }
constexpr unsigned ioctl_number(std::uint32_t command) { return command & 0xff; }

}  // namespace sysreel::abi
