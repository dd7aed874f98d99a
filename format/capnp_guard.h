// Calls into Cap'n Proto such that what it throws at bad input becomes an Error. Internal to format/.
#pragma once

#include <capnp/message.h>
#include <kj/exception.h>

#include <string>
#include <utility>

#include "format/limits.h"
#include "format/result.h"

namespace sysreel {

// Runs `body`, which returns a Result; an exception thrown by kj in it becomes Error{damaged} naming `what`.
template <typename Body>
auto guarded(const char* what, Body&& body) -> decltype(body()) {
  try {
    return std::forward<Body>(body)();
  } catch (const kj::Exception& exception) {
    return Error{ErrorKind::damaged, std::string(what) + ": " + exception.getDescription().cStr()};
  }
}

// Four times the message, so that a message whose pointers overlap cannot make a reader walk for ever.
inline capnp::ReaderOptions reader_options(std::size_t message_bytes) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = message_bytes / sizeof(capnp::word) * 4 + 64;
  options.nestingLimit = limits::nesting;
  return options;
}

}  // namespace sysreel
