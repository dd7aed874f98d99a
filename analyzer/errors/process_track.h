// What a process has failed at and not yet made good: the memory between a failure and what follows from it.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "analyzer/errors/error_group.h"

namespace sysreel::errors {

// Failures of one group in a row, waiting for a success. An item with no failures is kept: the next failure on the same
// object finds its group without a look at the object.
struct Pending {
  ErrorGroup* group = nullptr;
  SyscallNr nr{};
  Key exact = 0;             // the whole path or address, where items meet by a part of it
  std::uint64_t count = 0;
  Nanos since{};
  Tid tid{};
  std::uint64_t at = 0;      // calls of the process until the latest failure
};

// A failure that a message or the end of the process may turn out to be about.
struct RecentFailure {
  ErrorGroup* group = nullptr;
  std::uint64_t at = 0;      // calls of the process until then
};

struct ThreadTrack {
  static constexpr std::size_t recent_limit = 32;
  std::deque<RecentFailure> recent;  // oldest first; no "not now" errors
  Message message;                   // being written
  int message_fd = -1;
  std::uint64_t message_at = 0;
};

// Bytes that went through a descriptor since it was made.
struct Traffic {
  std::uint64_t written = 0;
  std::uint64_t read = 0;
};

// Bounded: what does not fit is settled early. Used by one thread.
class ProcessTrack {
 public:
  static constexpr std::size_t pending_limit = 4096;
  static constexpr std::size_t pending_each_limit = 16;
  static constexpr std::size_t traffic_limit = 65536;
  static constexpr std::size_t dry_limit = 64;

  std::uint64_t calls = 0;
  std::unordered_map<Key, std::vector<Pending>> pending;  // by what a success on the same object is recognised
  std::vector<Key> dry;        // pending keys of reads that found nothing: no trouble if the thread waits for more
  std::unordered_map<int, ThreadTrack> threads;
  std::vector<Traffic> traffic;  // by descriptor
  std::vector<RecentFailure> reported;  // what its last message was about
  Message last_words;                   // on stderr

  Traffic* traffic_of(std::int64_t fd) {
    if (fd < 0 || fd >= static_cast<std::int64_t>(traffic_limit)) return nullptr;
    if (static_cast<std::size_t>(fd) >= traffic.size()) traffic.resize(static_cast<std::size_t>(fd) + 1);
    return &traffic[static_cast<std::size_t>(fd)];
  }
};

}  // namespace sysreel::errors
