// Strong names for the numbers that events carry, so that a thread id is never passed for a process id.
#pragma once

#include <compare>
#include <cstdint>

namespace sysreel {

// Process id: the thread group id (tgid) as the recorder's pid namespace shows it. 0: unknown.
enum class Pid : std::int32_t {};

// Thread id, as the recorder's pid namespace shows it. 0: unknown.
enum class Tid : std::int32_t {};

// Number of a system call in the table of its Abi. -1 where the kernel shows none.
enum class SyscallNr : std::int32_t {};

// Nanoseconds: a point in CLOCK_MONOTONIC of the recorded host, or a span of time.
struct Nanos {
  std::int64_t value = 0;

  constexpr auto operator<=>(const Nanos&) const = default;
  // Wraps around: the times of a damaged or hostile reel may be anything.
  constexpr Nanos operator+(Nanos other) const {
    return {static_cast<std::int64_t>(static_cast<std::uint64_t>(value) + static_cast<std::uint64_t>(other.value))};
  }
  constexpr Nanos operator-(Nanos other) const {
    return {static_cast<std::int64_t>(static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(other.value))};
  }
};

// The calling convention a system call was made by; decides its number table, word size and structure layouts.
// A property of each call, not of the process: 64-bit code may execute `int $0x80`.
enum class Abi : std::uint8_t { x86_64, i386, x32, aarch64 };

constexpr int raw(Pid pid) { return static_cast<int>(pid); }
constexpr int raw(Tid tid) { return static_cast<int>(tid); }
constexpr int raw(SyscallNr nr) { return static_cast<int>(nr); }

// Bytes in a long and in a pointer of this ABI.
constexpr unsigned word_size(Abi abi) { return abi == Abi::i386 ? 4 : (abi == Abi::x32 ? 4 : 8); }

}  // namespace sysreel
