#include "tools/filter_options.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "format/abi/abi.h"
#include "recorder/limits.h"
#include "tools/passwd.h"

namespace sysreel::tools {
namespace {

constexpr std::size_t comm_length = 15;  // the kernel keeps so much of a thread's name
constexpr int highest_errno = 4095;

Error usage(std::string_view option, std::string_view value, std::string_view why) {
  return Error{ErrorKind::usage, fmt::format("--{}={}: {}", option, value, why)};
}

std::vector<std::string_view> words_of(std::string_view list) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t comma = list.find(',');
    words.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return words;
    list.remove_prefix(comma + 1);
  }
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> errno_of(std::string_view word) {
  for (int value = 1; value <= highest_errno; ++value) {
    const char* const name = abi::errno_name(value);
    if (name && word == name) return value;
  }
  return std::nullopt;
}

}  // namespace

Result<void> filter_slower_than(ExitFilter& filter, const std::string& time) {
  const auto span = parse_duration(time);
  if (!span) return usage("slower-than", time, "not a duration (examples: 10ms, 500us, 2s)");
  filter.slower_than = *span;
  return {};
}

Result<void> filter_errno(ExitFilter& filter, const std::string& names) {
  for (const std::string_view word : words_of(names)) {
    const auto error = errno_of(word);
    if (!error) return usage("errno", names, fmt::format("'{}' is the name of no error (examples: ENOENT, EACCES,EPERM)", word));
    filter.errnos.push_back(*error);
  }
  return {};
}

Result<void> filter_path(ExitFilter& filter, const std::string& prefix) {
  if (prefix.empty() || prefix.size() > longest_path_prefix) {
    return usage("path", prefix, fmt::format("the beginning of a path has 1 to {} bytes", longest_path_prefix));
  }
  if (filter.path_prefixes.size() == most_path_prefixes) {
    return usage("path", prefix, fmt::format("the kernel compares with {} beginnings at most", most_path_prefixes));
  }
  filter.path_prefixes.push_back(prefix);
  return {};
}

Result<void> filter_fd(ExitFilter& filter, const std::string& numbers) {
  for (const std::string_view word : words_of(numbers)) {
    const auto fd = number(word);
    if (!fd || *fd > highest_filtered_fd) {
      return usage("fd", numbers, fmt::format("'{}' is not a descriptor from 0 to {}", word, highest_filtered_fd));
    }
    filter.fds.push_back(*fd);
  }
  return {};
}

Result<void> filter_uid(ExitFilter& filter, const std::string& user) {
  if (const auto id = number(user)) {
    filter.uid = *id;
    return {};
  }
  const auto found = find_user(user);
  if (!found) return usage("uid", user, "neither a number nor the name of a user");
  filter.uid = found->uid;
  return {};
}

Result<void> filter_comm(ExitFilter& filter, const std::string& name) {
  if (name.empty() || name.size() > comm_length) {
    return usage("comm", name, fmt::format("a thread's name has 1 to {} bytes", comm_length));
  }
  filter.comm = name;
  return {};
}

Result<void> filter_cgroup(ExitFilter& filter, const std::string& path) {
  auto found = find_cgroup(path);
  if (!found) return Error{found.error().kind, "--cgroup: " + found.error().message};
  filter.cgroup = std::move(*found);
  return {};
}

Result<void> filter_sample(ExitFilter& filter, const std::string& count) {
  const auto each = number(count);
  if (!each || *each < 1) return usage("sample", count, "not a positive whole number: one in so many calls of each kind is kept");
  filter.sample = *each;
  return {};
}

}  // namespace sysreel::tools
