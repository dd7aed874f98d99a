// One chunk of a reel as columns: read what is asked for, and decode nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "format/event.h"
#include "format/frame_io.h"
#include "format/result.h"

namespace sysreel {

// Identifies a system call: the number and the table it belongs to.
struct CallKey {
  Abi abi = Abi::x86_64;
  SyscallNr nr{};

  bool operator==(const CallKey&) const = default;
};

struct TaskKey {
  Pid pid{};
  Tid tid{};

  bool operator==(const TaskKey&) const = default;
};

// Columns of the calls of a chunk, to be combined with |.
enum class Columns : std::uint32_t {
  none = 0,
  task = 1 << 0,      // index into tasks()
  key = 1 << 1,       // index into keys()
  start = 1 << 2,     // Nanos
  duration = 1 << 3,  // Nanos
  on_cpu = 1 << 4,    // Nanos, negative: not measured
  flags = 1 << 5,     // CallFlag
  result = 1 << 6,
  args = 1 << 7,      // all six
};
constexpr Columns operator|(Columns a, Columns b) {
  return static_cast<Columns>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr bool contains(Columns set, Columns part) {
  return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(part)) == static_cast<std::uint32_t>(part);
}

// A decompressed chunk, used by one thread. A ReelReader's worker owns it and loads the next chunk into it after the visit;
// spans are valid until then.
class ChunkView {
 public:
  ChunkView();
  ChunkView(ChunkView&&) noexcept;
  ChunkView& operator=(ChunkView&&) noexcept;
  ~ChunkView();

  // What the chunk's header says: its number, its times, its losses.
  const ChunkHeader& header() const;
  // Number of calls, and of all events.
  std::size_t calls() const;
  std::uint64_t events() const;

  // Decodes these columns of the calls; what was decoded before is not decoded again. Fails if the chunk is damaged.
  Result<void> decode(Columns wanted);

  // The columns, each as long as calls() and empty unless decoded. Indices are checked: they are good for tasks() and keys().
  std::span<const TaskKey> tasks() const;
  std::span<const CallKey> keys() const;
  std::span<const std::uint32_t> task() const;
  std::span<const std::uint32_t> key() const;
  std::span<const std::int64_t> start() const;
  std::span<const std::int64_t> duration() const;
  std::span<const std::int64_t> on_cpu() const;
  std::span<const std::uint16_t> flags() const;
  std::span<const std::int64_t> result() const;
  std::span<const std::array<std::uint64_t, 6>> args() const;

  // Delivers all events of the chunk in their order. `delivered` counts them also when the chunk turns out to be damaged.
  Result<void> replay(EventSink& sink);
  // The same for all events that are no calls: cheap, where calls are read as columns.
  Result<void> replay_others(EventSink& sink);
  std::uint64_t delivered() const;
  // Events of kinds that this reader does not know, known after replay() or replay_others().
  std::uint64_t unknown_events() const;

  // Takes a decompressed chunk, `words` holding a Cap'n Proto message of header.content_bytes. For readers and tests.
  Result<void> load(std::unique_ptr<std::uint64_t[]> words, const ChunkHeader& header);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sysreel
