// What is copied of the tracee's memory for each call, when, and how much: the rows of format/abi and the options of a
// recording, resolved for one ABI. Engines obey it as data; capture.h is the interpreter for user space.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "format/abi/abi.h"
#include "format/event.h"
#include "recorder/event_source.h"

namespace sysreel {

// How many elements there are. Fields that Count names by number are resolved to offset and width in their structure.
struct Length {
  abi::CountFrom from = abi::CountFrom::constant;
  std::uint8_t index = 0;    // of an argument of the call; of size_of_first: the byte offset of the size
  std::uint8_t width = 8;    // bytes of that argument or field that hold the value
  bool in_structure = false; // `offset` in the enclosing structure holds it, not an argument
  std::uint16_t offset = 0;
  std::uint32_t count = 0;   // of a constant

  bool operator==(const Length&) const = default;
};

// One copy: a range of memory, found by an address in an argument or in memory copied before.
struct CopyPlan {
  std::uint16_t where = 0;          // number of the argument; in `inner` the byte offset in the element
  std::uint8_t address_width = 8;   // bytes of the address
  bool at_entry = false;            // copied before the call is carried out …
  bool at_exit = false;             // … and after it, unless it failed (or on_failure)
  bool on_failure = false;
  bool early = false;               // an input that is gone or overwritten at exit: never read it late
  bool inner_at_entry = false;      // something that it points to is copied then
  bool inner_at_exit = false;
  bool strings = false;             // of a string vector: copy its strings, not only its pointers
  bool every_row = false;           // Limit::rows does not apply (verbose recording)
  bool sealed = false;              // user data of which no byte is copied: the block says only that it was there
  abi::Extent extent = abi::Extent::none;
  abi::Limit limit = abi::Limit::record;
  std::uint32_t unit = 1;           // bytes an element
  std::uint32_t head = 0;           // bytes in front of the elements
  Length count;
  Length count2;                    // a second bound if `bounded`
  bool bounded = false;
  std::uint32_t stride = 0;         // bytes of a structure that holds pointers; the copies of `inner` repeat at it
  std::vector<CopyPlan> inner;      // what the pointers in an element lead to

  bool copied(Phase phase) const { return phase == Phase::entry ? at_entry : at_exit; }
  bool walked(Phase phase) const { return phase == Phase::entry ? inner_at_entry : inner_at_exit; }
};

// All copies of one call, or of one variant of it.
struct CallPlan {
  const abi::SyscallRow* row = nullptr;  // nullptr: an unknown call, nothing is copied
  std::vector<CopyPlan> copies;          // at most one an argument
  bool at_entry = false;                 // there is something to do at entry
  bool at_exit = false;
  bool has_messages = false;             // some copy has Limit::message: whether argument 0 is a netlink socket matters
};

// Classes of calls that are kept even outside a filter, unless it is strict: the reader's model of descriptors, mappings
// and tasks depends on them.
inline constexpr std::uint32_t keeps_model = abi::makes_fd | abi::changes_fds | abi::changes_maps | abi::changes_tasks;

// What becomes of a call.
enum class Keep : std::uint8_t {
  no,      // not recorded
  hidden,  // recorded with call_hidden: outside the filter, but the reader's model needs it
  yes
};

// No block is longer, and no call keeps more: a bound on what a hostile or strange program makes the recorder copy.
inline constexpr std::uint32_t block_capacity = 1u << 20;
inline constexpr std::uint32_t data_capacity = 4u << 20;  // of a block of user data, when -s or a dump asks for so much
inline constexpr std::uint32_t call_capacity = 8u << 20;

// The plans of all calls under the given options. Plans are made when first asked for and live as long as this object.
// Used by one thread.
class CapturePlan {
 public:
  explicit CapturePlan(const RecordOptions& options);

  Keep keep(Abi abi, SyscallNr nr) const;

  // The plan for a call with these arguments.
  const CallPlan& plan_for(Abi abi, SyscallNr nr, std::span<const std::uint64_t, 6> args);

  // The plan of a row or of a variant's row.
  const CallPlan& plan_of(Abi abi, const abi::SyscallRow& row);

  // -s.
  std::uint32_t string_limit() const { return string_limit_; }

 private:
  std::uint32_t string_limit_;
  bool verbose_;
  bool strict_filter_;
  abi::SyscallSet wanted_;
  abi::SyscallSet without_payload_;
  std::array<std::unordered_map<const abi::SyscallRow*, CallPlan>, 4> plans_;
};

}  // namespace sysreel
