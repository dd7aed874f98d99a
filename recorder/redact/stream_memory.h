// What is remembered of a stream between two reads or writes: a secret that was not at its end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/ids.h"
#include "recorder/redact/rules.h"

namespace sysreel {

// One direction of one descriptor of one process.
struct StreamKey {
  Pid pid{};
  std::int32_t fd = -1;
  bool outward = false;
  bool operator==(const StreamKey&) const = default;
};

// Remembers only streams in which something is open; all others cost a look into an empty table. Used by one thread.
class StreamMemory {
 public:
  explicit StreamMemory(const RedactionRules& rules) : rules_(rules) {}

  // Appends the secrets in the next piece of a stream. `cut`: bytes follow that nobody has captured.
  void next(const StreamKey& key, std::string_view piece, bool cut, std::vector<SecretSpan>& spans);

  void forget(Pid pid);

 private:
  struct Hash {
    std::size_t operator()(const StreamKey& key) const {
      return static_cast<std::size_t>(static_cast<std::uint32_t>(raw(key.pid)) * 0x9e3779b1u) ^
             static_cast<std::size_t>(key.fd * 2 + (key.outward ? 1 : 0)) * 0x85ebca6bu;
    }
  };
  struct Open {
    std::vector<std::uint32_t> rules;  // whose value reached the end
    std::string carried;               // the end of the last piece, from a keyword on
  };

  const RedactionRules& rules_;
  std::unordered_map<StreamKey, Open, Hash> open_;
};

}  // namespace sysreel
