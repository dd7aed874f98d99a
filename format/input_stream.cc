#include "format/input_stream.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sysreel {
namespace {

constexpr std::size_t read_bytes = 256 << 10;

}  // namespace

InputStream::InputStream(UniqueFd in) : in_(std::move(in)) {
  struct stat status {};
  if (::fstat(in_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  const off_t position = ::lseek(in_.get(), 0, SEEK_CUR);
  if (position < 0) return;
  seekable_ = true;
  origin_ = static_cast<std::uint64_t>(position);
  size_ = static_cast<std::uint64_t>(std::max<off_t>(status.st_size - position, 0));
}

Result<ByteSpan> InputStream::peek(std::size_t wanted) {
  while (buffered() < wanted && !at_end_) {
    if (begin_ != 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, buffered());
      end_ -= begin_;
      begin_ = 0;
    }
    if (buffer_.size() < end_ + read_bytes) buffer_.resize(std::max(buffer_.size() * 2, end_ + read_bytes));
    std::byte* const room = buffer_.data() + end_;
    const std::size_t room_bytes = buffer_.size() - end_;
    const ssize_t got = seekable_ ? ::pread(in_.get(), room, room_bytes, static_cast<off_t>(origin_ + offset_ + end_))
                                  : ::read(in_.get(), room, room_bytes);
    if (got < 0) {
      if (errno == EINTR) continue;
      return Error::from_errno("reading", errno);
    }
    at_end_ = got == 0;
    end_ += static_cast<std::size_t>(got);
  }
  return ByteSpan(buffer_.data() + begin_, buffered());
}

Result<void> InputStream::skip(std::uint64_t count) {
  while (count > buffered()) {
    if (seekable_) {
      seek(std::min(offset_ + count, std::max(size_, offset_)));
      return {};
    }
    count -= buffered();
    offset_ += buffered();
    begin_ = end_ = 0;
    const Result<ByteSpan> more = peek(1);
    if (!more) return more.error();
    if (more->empty()) return {};
  }
  begin_ += static_cast<std::size_t>(count);
  offset_ += count;
  return {};
}

Result<std::vector<std::byte>> InputStream::read_at(std::uint64_t offset, std::size_t count) const {
  if (offset > size_) return Error{ErrorKind::damaged, "an offset lies behind the end of the file"};
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - offset)));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(in_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(origin_ + offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::from_errno("reading", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

void InputStream::seek(std::uint64_t offset) {
  begin_ = end_ = 0;
  at_end_ = false;
  offset_ = offset;
}

}  // namespace sysreel
