#include "tools/reel_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace sysreel::tools {
namespace {

constexpr mode_t private_mode = 0600;  // reels hold user data

Result<ReelOutput> standard_output() {
  if (::isatty(STDOUT_FILENO)) {
    return Error{ErrorKind::usage, "-o -: a reel is binary and standard output is a terminal; redirect it or name a file"};
  }
  ReelOutput output;
  output.fd = UniqueFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!output.fd) return Error::from_errno("standard output", errno);
  return output;
}

// In a folder that others can write to they could put something else in the reel's place; a sticky one forbids that.
Result<void> check_folder(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : name.substr(0, slash + 1);
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return {};  // opening the file says why
  if ((status.st_mode & S_IWOTH) == 0 || (status.st_mode & S_ISVTX) != 0) return {};
  return Error{ErrorKind::denied, fmt::format("output file '{}': others can write to its folder; use another one, or chmod +t it", name)};
}

// What root made for a user who called sudo is the user's.
void give_to_caller_of_sudo(int fd) {
  if (::geteuid() != 0) return;
  const auto number = [](const char* variable) -> std::optional<unsigned> {
    const char* const text = ::getenv(variable);
    unsigned value = 0;
    if (!text || std::from_chars(text, text + std::strlen(text), value).ptr != text + std::strlen(text)) return std::nullopt;
    return value;
  };
  const auto uid = number("SUDO_UID"), gid = number("SUDO_GID");
  if (uid && gid) static_cast<void>(!::fchown(fd, *uid, *gid));
}

}  // namespace

void ReelOutput::take_back() {
  if (created) ::unlink(name.c_str());
}

Result<ReelOutput> open_reel_output(const std::string& name, bool force) {
  if (name == "-") return standard_output();
  if (auto checked = check_folder(name); !checked) return checked.error();
  constexpr int common = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
  ReelOutput output;
  output.name = name;
  output.fd = UniqueFd(::open(name.c_str(), common | O_EXCL, private_mode));
  output.created = static_cast<bool>(output.fd);
  if (!output.fd && errno == EEXIST && force) {
    output.fd = UniqueFd(::open(name.c_str(), common | O_TRUNC | O_NONBLOCK, private_mode));
    struct stat status {};
    if (output.fd && ::fstat(output.fd.get(), &status) == 0 && S_ISREG(status.st_mode)) ::fchmod(output.fd.get(), private_mode);
    if (output.fd) ::fcntl(output.fd.get(), F_SETFL, 0);
  }
  if (output.fd && output.created) give_to_caller_of_sudo(output.fd.get());
  if (output.fd) return output;
  if (errno == EEXIST) return Error{ErrorKind::usage, fmt::format("output file '{}' exists already; --force replaces it", name)};
  if (errno == ELOOP) return Error{ErrorKind::denied, fmt::format("output file '{}' is a symbolic link, which is not followed", name)};
  return Error::from_errno(fmt::format("output file '{}'", name), errno);
}

std::string invented_name(const std::string& subject) {
  const time_t now = ::time(nullptr);
  tm local{};
  ::localtime_r(&now, &local);
  std::string plain = subject.substr(subject.rfind('/') + 1);
  for (char& c : plain) {
    if (c == '/' || c < ' ' || c == 0x7f) c = '_';
  }
  if (plain.empty() || plain[0] == '-' || plain[0] == '.') plain.insert(0, "reel");
  const std::string base = fmt::format("{}-{:04}{:02}{:02}-{:02}{:02}{:02}", plain, local.tm_year + 1900, local.tm_mon + 1,
                                       local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
  std::string name = base + ".reel";
  for (int n = 2; ::access(name.c_str(), F_OK) == 0; ++n) name = fmt::format("{}-{}.reel", base, n);
  return name;
}

}  // namespace sysreel::tools
