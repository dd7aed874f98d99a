// The mappings of a process, as its calls and what was read of it imply.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "format/ids.h"

namespace sysreel {

// Where a fact comes from: the number of the event that told it (see trace-report --at), 0 where nothing of the kind is
// known.
struct Origin {
  std::uint64_t event = 0;
  Tid tid{};
  Nanos time{};
};

// Values of uapi asm-generic/mman-common.h.
inline constexpr std::uint32_t prot_read = 1, prot_write = 2, prot_execute = 4;

struct Mapping {
  std::uint64_t start = 0;
  std::uint64_t end = 0;         // first byte behind it
  std::uint32_t protection = 0;  // PROT_*
  bool shared = false;
  std::shared_ptr<const std::string> name{};  // path, "[heap]", "[stack]"; null: anonymous
  std::uint64_t device = 0;                 // of a file, where its descriptor was known
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  // in the file, of `start`
  Origin origin{};           // who mapped it, or gave it this protection

  std::uint64_t size() const { return end - start; }
  bool holds(std::uint64_t address) const { return address >= start && address < end; }
  // In the file, of an address that it holds.
  std::uint64_t offset_of(std::uint64_t address) const { return offset + (address - start); }
  std::string_view label() const { return name ? std::string_view(*name) : std::string_view("anonymous memory"); }
  // "rw-".
  std::string permissions() const;
};

// A stretch that was mapped and is not any more.
struct Unmapped {
  Mapping was;
  Origin by;
};

// Copied at a fork. Bounded: no process may have more mappings than the kernel's default limit; what is beyond is not
// kept.
class MemoryMap {
 public:
  // Whatever lay there before is gone.
  void map(Mapping mapping);
  void unmap(std::uint64_t start, std::uint64_t end, const Origin& by);
  void protect(std::uint64_t start, std::uint64_t end, std::uint32_t protection, const Origin& by);
  // mremap: the stretch moves with what it is, and has a new length.
  void move(std::uint64_t from, std::uint64_t old_length, std::uint64_t to, std::uint64_t new_length, const Origin& by);
  // brk: the heap ends there now. The first call only asks where it ends.
  void set_break(std::uint64_t address, const Origin& by);
  // What /proc/PID/maps said, in its format: replaces everything. Lines that cannot be read are left out.
  void replace_by(std::string_view maps);

  const Mapping* at(std::uint64_t address) const;
  // The nearest mapping that begins behind an address.
  const Mapping* above(std::uint64_t address) const;
  // The last stretch that was unmapped there, if nothing was mapped since.
  const Unmapped* unmapped_at(std::uint64_t address) const;
  const std::map<std::uint64_t, Mapping>& all() const { return mappings_; }
  std::uint64_t total() const;  // bytes

 private:
  static constexpr std::size_t mapping_limit = 65'536;
  static constexpr std::size_t unmapped_limit = 256;

  // Makes `address` a border between mappings.
  void split(std::uint64_t address);
  void remove(std::uint64_t start, std::uint64_t end);

  std::map<std::uint64_t, Mapping> mappings_;  // by start
  std::uint64_t heap_ = 0;                     // where it starts; 0: not known
  std::deque<Unmapped> unmapped_;              // the youngest last
};

}  // namespace sysreel
