#include "recorder/capture.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "format/abi/ioctl.h"

namespace sysreel {
namespace {

using abi::CountFrom;
using abi::Extent;
using abi::Limit;

constexpr std::uint64_t no_bound = ~std::uint64_t{0};
constexpr std::uint32_t string_guess = 256;  // bytes read of a string before its length is known
constexpr std::uint32_t pointers_at_once = 64;
constexpr std::uint32_t most_pointers = 1u << 16;  // of a string vector
constexpr std::uint32_t path_max = 4096;

std::uint64_t load(const std::byte* bytes, unsigned width) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, std::min(width, 8u));  // every supported ABI is little-endian
  return value;
}

std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? no_bound : product;
}

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? no_bound : sum;
}

// A copy whose address and size are known.
struct Task {
  const CopyPlan* plan;
  std::uint64_t address;
  std::uint64_t wanted;   // bytes without the limit; of strings the limit itself
  std::uint64_t limited;  // bytes to read at most
  bool keep;              // becomes a block; otherwise it is only walked
  std::span<std::byte> bytes = {};
  std::size_t got = 0;
};

class Interpreter {
 public:
  Interpreter(const Call& call, Phase phase, const TraceeMemory& memory, const CaptureLimits& limits, BlockArena& arena)
      : call_(call),
        phase_(phase),
        failed_(phase == Phase::exit && (is_error(call.result) || call.has(call_no_result))),
        memory_(memory),
        limits_(limits),
        arena_(arena) {}

  void run(const CallPlan& plan) {
    std::uint64_t left = result_count();
    for (const CopyPlan& copy : plan.copies) {
      if (copy.where < call_.args.size()) add(copy, call_.args[copy.where], {}, left);
    }
    while (!tasks_.empty()) {
      std::vector<Task> level = std::move(tasks_);
      tasks_.clear();
      read(level);
      for (Task& task : level) finish(task);
    }
  }

 private:
  // Queues a copy if this phase has something to do for it. `element` is the structure that holds the address; `left` is
  // what remains of the call's result for the copies that share it.
  void add(const CopyPlan& plan, std::uint64_t address, ByteSpan element, std::uint64_t& left) {
    bool keep = plan.copied(phase_);
    if (plan.extent == Extent::stack) address = call_.sp;
    if (phase_ == Phase::exit && failed_ && !plan.on_failure) keep = false;
    if (address == 0 || (!keep && !plan.walked(phase_))) return;
    Task task{&plan, address, 0, 0, keep};
    if (plan.extent == Extent::elements || plan.extent == Extent::stack) {
      std::uint64_t count = resolve(plan.count, plan, address, element, left);
      if (plan.bounded) count = std::min(count, resolve(plan.count2, plan, address, element, left));
      if (uses_result(plan)) left -= std::min(left, count);
      task.wanted = saturating_product(count, plan.unit);
      task.limited = saturating_sum(std::min(task.wanted, bound_of(plan)), plan.head);
      task.wanted = saturating_sum(task.wanted, plan.head);
    } else {
      task.wanted = task.limited = plan.extent == Extent::string ? string_bound(plan, element, left) : most_pointers * plan.unit;
    }
    if (plan.sealed && plan.extent != Extent::string_vector) {
      task.limited = 0;
      if (task.wanted > 0) this->keep(task, BlockEnd::limit);
      return;
    }
    const std::uint64_t room = call_capacity - std::min<std::uint64_t>(call_capacity, arena_.total());
    const std::uint32_t capacity = plan.limit == abi::Limit::data ? data_capacity : block_capacity;
    task.limited = std::min({task.limited, room, std::uint64_t{capacity}});
    if (task.limited > 0) tasks_.push_back(task);
  }

  static bool uses_result(const CopyPlan& plan) {
    return plan.count.from == CountFrom::result || (plan.bounded && plan.count2.from == CountFrom::result);
  }

  std::uint64_t result_count() const {
    return phase_ == Phase::exit && !failed_ && call_.result > 0 ? static_cast<std::uint64_t>(call_.result) : 0;
  }

  // Value of the argument or field that a length names.
  std::uint64_t operand(const Length& length, ByteSpan element) const {
    if (!length.in_structure) {
      if (length.index >= call_.args.size()) return 0;
      const std::uint64_t value = call_.args[length.index];
      return length.width == 4 ? static_cast<std::uint32_t>(value) : value;
    }
    if (length.offset + std::size_t{length.width} > element.size()) return 0;
    return load(element.data() + length.offset, length.width);
  }

  std::uint64_t resolve(const Length& length, const CopyPlan& plan, std::uint64_t address, ByteSpan element,
                        std::uint64_t left) const {
    switch (length.from) {
      case CountFrom::constant: return length.count;
      case CountFrom::arg:
      case CountFrom::call_arg: return operand(length, element);
      case CountFrom::result: return left;
      case CountFrom::ioctl_size: return abi::ioctl_size(static_cast<std::uint32_t>(operand(length, element)));
      case CountFrom::arg_pages: return operand(length, element) / 4096 + (operand(length, element) % 4096 != 0);
      case CountFrom::arg_bits: {
        const std::uint64_t bits = operand(length, element);
        const std::uint64_t word_bits = word_size(call_.abi) * 8;
        const std::uint64_t words = bits / word_bits + (bits % word_bits != 0);
        return saturating_product(words, word_size(call_.abi)) / std::max(plan.unit, 1u);
      }
      case CountFrom::deref: return pointed_length(operand(length, element));
      case CountFrom::size_of_first: {
        std::array<std::byte, 4> size{};
        return memory_.read(address + length.index, size) == size.size() ? load(size.data(), 4) : plan.stride;
      }
    }
    return 0;
  }

  // A value-result length: as it is now, at exit no more than it was at entry.
  std::uint64_t pointed_length(std::uint64_t address) const {
    std::array<std::byte, 4> now{};
    if (address == 0 || memory_.read(address, now) != now.size()) return 0;
    std::uint64_t length = load(now.data(), 4);
    if (phase_ == Phase::exit) {
      if (const std::optional<ByteSpan> before = at_entry(address, 4)) length = std::min(length, load(before->data(), 4));
    }
    return length;
  }

  std::optional<ByteSpan> at_entry(std::uint64_t address, std::size_t size) const {
    for (const Block& block : arena_.blocks()) {
      if (block.phase != Phase::entry || address < block.address) continue;
      const std::uint64_t offset = address - block.address;
      if (offset <= block.data.size() && size <= block.data.size() - offset) return block.data.subspan(offset, size);
    }
    return std::nullopt;
  }

  std::uint64_t bound_of(const CopyPlan& plan) const {
    switch (plan.limit) {
      case Limit::record: return no_bound;
      case Limit::path: return path_max;
      // One byte more than -s shows: strace prints an address where that one cannot be read.
      case Limit::message: return limits_.whole_messages ? no_bound : limits_.string_limit + std::uint64_t{1};
      case Limit::data: return limits_.string_limit + std::uint64_t{1};
      case Limit::rows: return plan.every_row ? no_bound : saturating_product(limits_.string_limit + std::uint64_t{1}, plan.unit);
    }
    return 0;
  }

  // One byte more than -s shows, so that a NUL right behind tells "all of it" from "more follows".
  std::uint64_t string_bound(const CopyPlan& plan, ByteSpan element, std::uint64_t left) const {
    if (plan.limit == Limit::path) return path_max;
    const std::uint64_t shown = limits_.string_limit + std::uint64_t{1};
    const bool counted = plan.count.from != CountFrom::constant || plan.count.count != 4096;
    return counted ? std::min(shown, resolve(plan.count, plan, 0, element, left)) : shown;
  }

  // Reads the beginning of every task in one go: all of it, or where the length is unknown a likely length.
  void read(std::vector<Task>& level) {
    requests_.clear();
    for (Task& task : level) {
      if (!task.keep) {
        if (const auto known = at_entry(task.address, task.limited)) {
          task.bytes = {const_cast<std::byte*>(known->data()), known->size()};  // only read from here on
          task.got = known->size();
          continue;
        }
      }
      std::uint64_t first = task.limited;
      if (task.plan->extent == Extent::string) first = std::min<std::uint64_t>(first, string_guess);
      if (task.plan->extent == Extent::string_vector) {
        first = std::min<std::uint64_t>(first, pointers_at_once * std::uint64_t{task.plan->unit});
      }
      requests_.push_back({task.address, arena_.allocate(first)});
    }
    memory_.read(requests_);
    std::size_t next = 0;
    for (Task& task : level) {
      if (task.got > 0) continue;  // known from entry
      const ReadRequest& request = requests_[next++];
      task.bytes = request.into;
      task.got = request.got;
    }
  }

  void finish(Task& task) {
    switch (task.plan->extent) {
      case Extent::none: return;
      case Extent::string: return finish_string(task);
      case Extent::string_vector: return finish_vector(task);
      case Extent::elements:
      case Extent::stack: break;
    }
    keep(task, task.got < task.limited                ? BlockEnd::fault
               : task.limited < task.wanted           ? BlockEnd::limit
                                                      : BlockEnd::whole);
    follow(task);
  }

  void keep(const Task& task, BlockEnd end) {
    if (!task.keep) return;
    const auto wanted = static_cast<std::uint32_t>(std::min<std::uint64_t>(task.wanted, 0xffffffff));
    arena_.add({task.address, task.bytes.first(task.got), wanted, phase_, end});
  }

  // Reads on, in bigger steps, until `ends` finds the end in what was read or the limit or a fault ends it. `ends` gets the
  // bytes read so far and how many of them it has seen before; it returns the size up to the end, or 0.
  template <typename Ends>
  BlockEnd read_until(Task& task, Ends ends) {
    std::size_t seen = 0;
    while (true) {
      if (const std::size_t size = ends(ByteSpan(task.bytes.first(task.got)), seen)) {
        task.got = size;
        return BlockEnd::whole;
      }
      if (task.got < task.bytes.size()) return BlockEnd::fault;
      if (task.got >= task.limited) return BlockEnd::limit;
      seen = task.got;
      const std::uint64_t size = std::min<std::uint64_t>(task.limited, std::uint64_t{task.got} * 4);
      const std::span<std::byte> longer = arena_.allocate(size);
      std::memcpy(longer.data(), task.bytes.data(), task.got);
      task.got += memory_.read(task.address + task.got, longer.subspan(task.got));
      task.bytes = longer;
    }
  }

  void finish_string(Task& task) {
    const BlockEnd end = read_until(task, [](ByteSpan bytes, std::size_t seen) -> std::size_t {
      const auto nul = std::find(bytes.begin() + static_cast<std::ptrdiff_t>(seen), bytes.end(), std::byte{0});
      return nul == bytes.end() ? 0 : static_cast<std::size_t>(nul - bytes.begin()) + 1;
    });
    keep(task, end);
  }

  void finish_vector(Task& task) {
    const unsigned width = task.plan->unit;
    const BlockEnd end = read_until(task, [width](ByteSpan bytes, std::size_t seen) -> std::size_t {
      for (std::size_t at = seen / width * width; at + width <= bytes.size(); at += width) {
        if (load(bytes.data() + at, width) == 0) return at + width;
      }
      return 0;
    });
    keep(task, end);
    if (!task.plan->strings) return;
    const std::size_t shown = task.plan->every_row ? task.got / width : std::size_t{limits_.string_limit} + 1;
    for (std::size_t i = 0; i < shown && (i + 1) * width <= task.got; ++i) {
      std::uint64_t left = 0;
      add(vector_string(*task.plan), load(task.bytes.data() + i * width, width), {}, left);
    }
  }

  // The plan of a string in a string vector.
  static const CopyPlan& vector_string(const CopyPlan& vector) {
    static const auto make = [](bool at_entry, bool sealed) {
      CopyPlan plan;
      plan.extent = Extent::string;
      plan.limit = Limit::data;
      plan.count.count = 4096;
      plan.sealed = sealed;
      (at_entry ? plan.at_entry : plan.at_exit) = true;
      return plan;
    };
    static const CopyPlan plans[2][2] = {{make(false, false), make(false, true)}, {make(true, false), make(true, true)}};
    return plans[vector.at_entry][vector.sealed];
  }

  // Queues what the pointers in the elements of a structure array lead to.
  void follow(const Task& task) {
    const CopyPlan& plan = *task.plan;
    if (plan.inner.empty() || plan.stride == 0) return;
    std::uint64_t left = result_count();
    const ByteSpan bytes = task.bytes.first(task.got);
    const bool one = plan.unit != plan.stride;  // an extensible structure: what lies beyond its layout is no next element
    for (std::size_t at = 0; at < bytes.size() && (at == 0 || !one); at += plan.stride) {
      const ByteSpan element = bytes.subspan(at, std::min<std::size_t>(plan.stride, bytes.size() - at));
      for (const CopyPlan& inner : plan.inner) {
        if (inner.where + std::size_t{inner.address_width} > element.size()) continue;
        add(inner, load(element.data() + inner.where, inner.address_width), element, left);
      }
    }
  }

  const Call& call_;
  const Phase phase_;
  const bool failed_;
  const TraceeMemory& memory_;
  const CaptureLimits& limits_;
  BlockArena& arena_;
  std::vector<Task> tasks_;
  std::vector<ReadRequest> requests_;
};

}  // namespace

void capture(const CallPlan& plan, const Call& call, Phase phase, const TraceeMemory& memory, const CaptureLimits& limits,
             BlockArena& arena) {
  if (!(phase == Phase::entry ? plan.at_entry : plan.at_exit)) return;
  Interpreter(call, phase, memory, limits, arena).run(plan);
}

}  // namespace sysreel
