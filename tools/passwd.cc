// Reads the colon-separated lines of passwd(5) and group(5).
#include "tools/passwd.h"

#include <fstream>
#include <optional>

#include "tools/option_values.h"

namespace sysreel::tools {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t end = text.find(separator);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
}

std::optional<User> numeric_user(std::string_view name) {
  const auto fields = split(name, ':');
  if (fields.size() != 2) return std::nullopt;
  const auto uid = parse_int(fields[0]), gid = parse_int(fields[1]);
  if (!uid || !gid) return std::nullopt;
  const auto group = static_cast<gid_t>(*gid);
  return User{static_cast<uid_t>(*uid), group, {group}};
}

}  // namespace

Result<User> find_user(std::string_view name, const std::string& passwd, const std::string& group) {
  if (auto user = numeric_user(name)) return *user;

  std::optional<User> user;
  std::string line;
  for (std::ifstream users(passwd); !user && std::getline(users, line);) {
    const auto fields = split(line, ':');
    if (fields.size() < 4 || fields[0] != name) continue;
    const auto uid = parse_int(fields[2]), gid = parse_int(fields[3]);
    if (!uid || !gid) continue;
    user = User{static_cast<uid_t>(*uid), static_cast<gid_t>(*gid), {static_cast<gid_t>(*gid)}};
  }
  if (!user) return Error{ErrorKind::not_found, "Cannot find user '" + std::string(name) + "'"};

  for (std::ifstream groups(group); std::getline(groups, line);) {
    const auto fields = split(line, ':');
    if (fields.size() < 4) continue;
    const auto gid = parse_int(fields[2]);
    if (!gid || static_cast<gid_t>(*gid) == user->gid) continue;
    for (const std::string_view member : split(fields[3], ',')) {
      if (member == name) user->groups.push_back(static_cast<gid_t>(*gid));
    }
  }
  return *user;
}

}  // namespace sysreel::tools
