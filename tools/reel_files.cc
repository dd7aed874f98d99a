#include "tools/reel_files.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

namespace sysreel::tools {
namespace {

bool standard_input_is_given() {
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) != 0) return false;
  if (S_ISREG(status.st_mode)) return status.st_size > 0;
  if (!S_ISFIFO(status.st_mode)) return false;
  // A pipe whose writer left without a byte is what a caller gives who has nothing to say.
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 0) <= 0 || (input.revents & POLLIN) != 0;
}

// By time of modification, then by name, so that the choice does not depend on the order of the directory.
std::optional<std::string> newest_reel() {
  std::optional<std::string> newest;
  timespec newest_time{};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(".", error)) {
    if (entry.path().extension() != ".reel") continue;
    struct stat status {};
    if (::stat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    const std::string name = entry.path().filename().string();
    const timespec time = status.st_mtim;
    const bool newer = !newest || time.tv_sec > newest_time.tv_sec ||
                       (time.tv_sec == newest_time.tv_sec &&
                        (time.tv_nsec > newest_time.tv_nsec || (time.tv_nsec == newest_time.tv_nsec && name > *newest)));
    if (!newer) continue;
    newest = name;
    newest_time = time;
  }
  return newest;
}

}  // namespace

Result<std::vector<std::string>> choose_reels(std::vector<std::string> given, std::string& note) {
  if (!given.empty()) return given;
  if (standard_input_is_given()) return std::vector<std::string>{"-"};
  const auto newest = newest_reel();
  if (!newest) {
    return Error{ErrorKind::not_found, "no reel given, standard input is no pipe, and there is no *.reel in this folder"};
  }
  note = "reading " + *newest;
  return std::vector<std::string>{*newest};
}

}  // namespace sysreel::tools
