#include "format/abi/ioctl.h"

#include <algorithm>
#include <array>

#include "format/abi/vocabulary.h"

namespace sysreel::abi {
namespace {

using namespace vocabulary;

inline constexpr Type command_type = value(Kind::ioctl_command);

#define IOCTL_RETURNS(name, command, result) IOCTL_PLAIN(name, command)
#define IOCTL_OPENS(name, command, type) IOCTL(name, command, type)
#define IOCTL_PLAIN(name, command) constexpr std::array<Arg, 2> name##_args{Arg{fd, "fd"}, Arg{command_type, "op"}};
#define IOCTL_MASKED(name, command, mask, type) IOCTL(name, command, type)
#define IOCTL(name, command, type) \
  constexpr std::array<Arg, 3> name##_args{Arg{fd, "fd"}, Arg{command_type, "op"}, Arg{type, "argp"}};
#include "format/abi/ioctl/all.def"
#undef IOCTL
#undef IOCTL_MASKED
#undef IOCTL_OPENS
#undef IOCTL_PLAIN
#undef IOCTL_RETURNS

constexpr auto classes = static_cast<std::uint32_t>(desc);

constexpr IoctlRow rows[] = {
#define IOCTL_MASKED(name, command, mask, type) {command, mask, {"ioctl", classes, ResultKind::decimal, name##_args}},
#define IOCTL(name, command, type) IOCTL_MASKED(name, command, ~0u, type)
#define IOCTL_PLAIN(name, command) IOCTL(name, command, )
#define IOCTL_OPENS(name, command, type) {command, ~0u, {"ioctl", classes | makes_fd, ResultKind::fd, name##_args}},
#define IOCTL_RETURNS(name, command, result) {command, ~0u, {"ioctl", classes, ResultKind::result, name##_args}},
#include "format/abi/ioctl/all.def"
#undef IOCTL
#undef IOCTL_MASKED
#undef IOCTL_OPENS
#undef IOCTL_PLAIN
#undef IOCTL_RETURNS
};

// Sorted by command; of equal commands in the order in which they print.
constexpr Name names[] = {
#define IOCTL_NAME(name, command) {command, #name},
#include "format/abi/ioctl/names.def"
#undef IOCTL_NAME
};

}  // namespace

std::span<const IoctlRow> ioctl_rows() { return rows; }

std::span<const Name> ioctl_names(std::uint32_t command) {
  const auto [first, last] =
      std::equal_range(std::begin(names), std::end(names), Name{command, nullptr},
                       [](const Name& a, const Name& b) { return a.value < b.value; });
  return {first, last};
}

}  // namespace sysreel::abi
