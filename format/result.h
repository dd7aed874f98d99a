// Expected failures as values: Result<T> holds a T or an Error that names the thing that failed.
#pragma once

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace sysreel {

// What kind of failure it is; tools map it to their exit status (see tools/exit_status.h).
enum class ErrorKind : unsigned char {
  usage,       // the command line asks for something that cannot be
  not_found,   // a file, process or command that is not there
  denied,      // no permission; the message says which is missing and what would help
  io,          // reading or writing failed
  damaged,     // a reel, or a part of it, is not what it must be
  unsupported  // this kernel, build or reel cannot do what is asked
};

// One failure: a full sentence that names the file, chunk, offset, pid or option.
struct Error {
  ErrorKind kind = ErrorKind::io;
  std::string message;

  // `what: strerror(errno_value)`; kind follows from errno_value (EACCES and EPERM: denied, ENOENT and ESRCH: not_found).
  static Error from_errno(const std::string& what, int errno_value) {
    const ErrorKind kind = errno_value == EACCES || errno_value == EPERM    ? ErrorKind::denied
                           : errno_value == ENOENT || errno_value == ESRCH ? ErrorKind::not_found
                                                                           : ErrorKind::io;
    return {kind, what + ": " + std::strerror(errno_value)};
  }
};

// A T or the Error that prevented it. Check ok() (or convert to bool) before value().
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(content_); }
  const T& value() const& { return std::get<0>(content_); }
  T&& value() && { return std::get<0>(std::move(content_)); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Error> content_;
};

// Success, or the Error that prevented it.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace sysreel
