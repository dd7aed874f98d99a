// Which calls carry text of users, and in which of their blocks it stands: as the rows of format/abi say.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "format/abi/abi.h"
#include "format/event.h"

namespace sysreel {

// Used by one thread: tables are made when an ABI first shows.
class CallText {
 public:
  enum class Streams : std::uint8_t {
    none,     // structures and numbers only: nothing to look at
    texts,    // some text: paths, names, messages
    words,    // a command line and an environment
    bytes,    // a buffer that argument 0, a descriptor, reads or writes
    vectors,  // the same in pieces (iovec)
    message,  // the same in a msghdr
  };
  struct Entry {
    Streams kind = Streams::none;
    std::uint8_t buffer = 1;  // number of the argument that points to the buffer, the vectors or the message
    bool outward = false;     // the tracee writes
  };

  const Entry& of(const Call& call) {
    const std::vector<Entry>& table = tables_[static_cast<unsigned>(call.abi)];
    const auto number = static_cast<std::size_t>(call.abi == Abi::x32 ? raw(call.nr) & ~0x40000000 : raw(call.nr));
    return number < table.size() ? table[number] : look_up(call.abi, number);
  }

  // Whether a block of this call is a piece of the stream (and not the vectors or the message around it).
  static bool in_stream(const Call& call, const Entry& entry, const Block& block);

 private:
  const Entry& look_up(Abi abi, std::size_t number);

  std::array<std::vector<Entry>, 4> tables_;  // by Abi, then number
};

}  // namespace sysreel
