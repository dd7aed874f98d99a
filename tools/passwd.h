// Looks up users in /etc/passwd and /etc/group itself: the C library would load plugins, which a static binary must not.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "format/result.h"

namespace sysreel::tools {

// Whom a command runs as.
struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary, with `gid`
};

// Finds a user by name, or takes "UID:GID" (numbers) as it is. Fails with "Cannot find user 'X'".
// The paths of the two files are parameters for tests.
Result<User> find_user(std::string_view name, const std::string& passwd = "/etc/passwd", const std::string& group = "/etc/group");

}  // namespace sysreel::tools
