// Opens the outputs and writes to them whole, whatever signals come in between.
#include "tools/text_output.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sysreel::tools {
namespace {

// Returns the errno of a failure, 0 for success.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Moves a descriptor out of the range that a program finds free, so that its numbers are those of an untraced run.
UniqueFd out_of_the_way(int fd) {
  constexpr int least = 500;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, least);
  if (moved < 0) return UniqueFd(fd);
  ::close(fd);
  return UniqueFd(moved);
}

}  // namespace

Result<UniqueFd> TextOutput::open_file(const std::string& path) const {
  const int how = options_->append ? O_APPEND : O_TRUNC;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
  if (fd < 0) return Error{ErrorKind::io, "Can't fopen '" + path + "': " + std::strerror(errno)};
  return out_of_the_way(fd);
}

Result<void> TextOutput::open_command(const std::string& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::from_errno("pipe", errno);
  const UniqueFd input(ends[0]);
  own_ = out_of_the_way(ends[1]);
  command_ = ::fork();
  if (command_ < 0) return Error::from_errno("fork", errno);
  if (command_ > 0) return {};
  ::dup2(input.get(), STDIN_FILENO);  // clears close-on-exec
  if (input.get() == STDIN_FILENO) ::fcntl(STDIN_FILENO, F_SETFD, 0);
  ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  name_->say(std::string("/bin/sh: ") + std::strerror(errno));
  ::_exit(127);
}

Result<TextOutput> TextOutput::open(const StraceOptions& options, const ProgramName& name) {
  TextOutput output(options, name);
  if (!options.output || options.output_separately) return output;
  const std::string& target = *options.output;
  if (target.starts_with('|') || target.starts_with('!')) {
    if (auto opened = output.open_command(target.substr(1)); !opened) return opened.error();
    return output;
  }
  Result<UniqueFd> file = output.open_file(target);
  if (!file) return file.error();
  output.own_ = *std::move(file);
  return output;
}

int TextOutput::file_of(Tid tid) {
  if (!options_->output_separately) return own_ ? own_.get() : STDERR_FILENO;
  UniqueFd& file = files_[raw(tid)];
  if (!file) {
    Result<UniqueFd> opened = open_file(*options_->output + "." + std::to_string(raw(tid)));
    if (!opened) {
      name_->fail(opened.error());
      ::_exit(1);
    }
    file = *std::move(opened);
  }
  return file.get();
}

void TextOutput::write(Tid tid, std::string_view text) {
  const int failure = write_all(file_of(tid), text);
  if (failure != 0) name_->say(options_->output.value_or("(stderr)") + ": " + std::strerror(failure));
}

void TextOutput::exchange(Tid from, Tid to) {
  if (options_->output_separately) std::swap(files_[raw(from)], files_[raw(to)]);
}

void TextOutput::close() {
  files_.clear();
  own_.reset();
  if (command_ == 0) return;
  while (::waitpid(command_, nullptr, 0) < 0 && errno == EINTR) continue;
  command_ = 0;
}

bool TextOutput::is_terminal() const {
  if (options_->output_separately) return false;
  return ::isatty(own_ ? own_.get() : STDERR_FILENO) == 1;
}

}  // namespace sysreel::tools
