// Reads the memory of a traced process, exactly as far as it goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/ids.h"

namespace sysreel {

// One range to read. `got` tells how many of the bytes could be read: less than asked where an unmapped page begins.
struct ReadRequest {
  std::uint64_t address = 0;
  std::span<std::byte> into;
  std::size_t got = 0;
};

class TraceeMemory {
 public:
  virtual ~TraceeMemory() = default;

  // Fills every request as far as the memory goes; sets its `got`.
  virtual void read(std::span<ReadRequest> requests) const = 0;

  // One range; returns the bytes read.
  std::size_t read(std::uint64_t address, std::span<std::byte> into) const {
    ReadRequest request{address, into};
    read({&request, 1});
    return request.got;
  }
};

// Memory of a live thread, by process_vm_readv(2); by /proc/TID/mem where that call is missing or denied.
class LiveMemory final : public TraceeMemory {
 public:
  explicit LiveMemory(Tid tid) : tid_(tid) {}
  using TraceeMemory::read;
  void read(std::span<ReadRequest> requests) const override;

 private:
  Tid tid_;
};

}  // namespace sysreel
