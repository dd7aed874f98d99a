// By what statistics are grouped, and what a group is called.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "format/event.h"

namespace sysreel {

enum class Grouping : std::uint8_t { syscall, thread, process, comm, path, fd, peer, errno_value, stack };

// The names that --by takes, in the order of the enumeration.
std::span<const std::string_view> grouping_names();
std::optional<Grouping> grouping_of(std::string_view name);

// Whether the group follows from the columns of a call; else it takes the call's memory, or what happened before it.
bool is_in_columns(Grouping grouping);

// "openat"; "openat (i386)" where the ABI is not the first of its machine; "syscall_0x1c8" for a number without a row.
std::string name_of_call(Abi abi, SyscallNr nr);
// "ENOENT", "errno 555"; "no error" for 0.
std::string name_of_error(int error);

}  // namespace sysreel
