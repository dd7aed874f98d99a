#include "analyzer/text/call_filter.h"

#include <algorithm>
#include <cstring>

#include "analyzer/text/memory_image.h"

namespace sysreel::text {
namespace {

constexpr std::int32_t at_fdcwd = -100;

// Descriptors in an array of struct pollfd (uapi asm-generic/poll.h: int fd, two shorts).
template <typename Visit>
bool any_polled(const MemoryImage& memory, std::uint64_t address, std::uint64_t count, Visit visit) {
  constexpr std::uint64_t size = 8;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto bytes = memory.input(address + i * size, sizeof(std::int32_t));
    if (!bytes) return false;
    std::int32_t fd = -1;
    std::memcpy(&fd, bytes->data(), sizeof fd);
    if (visit(fd)) return true;
  }
  return false;
}

// Descriptors in a set of `bits` bits, as select takes them: whole words. Of a set that ends early nothing is known.
template <typename Visit>
bool any_in_set(const MemoryImage& memory, std::uint64_t address, std::uint64_t bits, unsigned word, Visit visit) {
  const std::uint64_t word_bits = 8 * word;
  const auto bytes = memory.input(address, (bits + word_bits - 1) / word_bits * word);
  if (!bytes) return false;
  for (std::size_t i = 0; i < bits; ++i) {
    const bool set = (static_cast<unsigned>((*bytes)[i / 8]) >> (i % 8) & 1) != 0;
    if (set && visit(static_cast<std::int32_t>(i))) return true;
  }
  return false;
}

// Whether `visit` is true of a descriptor that the call takes in its arguments from `first` on.
template <typename Visit>
bool any_descriptor(const Call& call, const abi::SyscallRow& row, std::size_t first, Visit visit) {
  constexpr std::uint64_t most = 1 << 20;  // what nonsense an argument may be
  const MemoryImage memory(call.blocks);
  for (std::size_t i = first; i < row.args.size(); ++i) {
    const abi::Type& type = row.args[i].type;
    const bool plain = type.copy.flow == abi::Flow::none;
    const auto fd = static_cast<std::int32_t>(call.args[i]);
    if (plain && (type.kind == abi::Kind::fd || type.kind == abi::Kind::ring_fd) && visit(fd)) return true;
    if (plain && type.kind == abi::Kind::at_fd && fd != at_fdcwd && visit(fd)) return true;
    if (type.kind == abi::Kind::pollfds) {
      const std::uint64_t count = std::min<std::uint64_t>(static_cast<std::uint32_t>(call.args[i + 1]), most);
      if (any_polled(memory, call.args[i], count, visit)) return true;
    }
    if (type.kind == abi::Kind::fd_set) {
      const std::uint64_t bits = std::min<std::uint64_t>(static_cast<std::uint32_t>(call.args[0]), most);
      if (call.args[i] != 0 && any_in_set(memory, call.args[i], bits, word_size(call.abi), visit)) return true;
    }
  }
  return false;
}

}  // namespace

bool CallFilter::wants(Pid pid, Tid tid) const {
  if (options_.pids.empty()) return true;
  return std::any_of(options_.pids.begin(), options_.pids.end(), [&](int id) { return id == raw(pid) || id == raw(tid); });
}

bool CallFilter::wants(const Call& call, const abi::SyscallRow& row, const Model& model) const {
  if (call.has(call_hidden) || !options_.trace.has(call.abi, call.nr) || !wants(call.pid, call.tid)) return false;
  if (!options_.paths.empty() && !touches_path(call, row, model)) return false;
  return !options_.trace_fds || touches_fd(call, row);
}

bool CallFilter::is_wanted_path(std::string_view path) const {
  return std::find(options_.paths.begin(), options_.paths.end(), path) != options_.paths.end();
}

bool CallFilter::touches_path(const Call& call, const abi::SyscallRow& row, const Model& model) const {
  const MemoryImage memory(call.blocks);
  const bool names_files = (row.classes & abi::file) != 0;  // a message queue's name is no path
  for (std::size_t i = 0; i < row.args.size() && names_files; ++i) {
    if (row.args[i].type.kind != abi::Kind::path) continue;
    const ByteSpan bytes = memory.input_run(call.args[i], 4096).bytes;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t end = text.find('\0');
    if (end != std::string_view::npos && is_wanted_path(text.substr(0, end))) return true;
  }
  // What fsconfig sets up is no file: strace compares the path of what it is set to only.
  const std::size_t first = std::string_view(row.name) == "fsconfig" ? 1 : 0;
  return any_descriptor(call, row, first, [&](std::int32_t fd) {
    const Descriptor* descriptor = model.descriptor(call.pid, fd);
    return descriptor && is_wanted_path(descriptor->path);
  });
}

bool CallFilter::touches_fd(const Call& call, const abi::SyscallRow& row) const {
  return any_descriptor(call, row, 0, [&](std::int32_t fd) { return fd >= 0 && options_.trace_fds->has(fd); });
}

}  // namespace sysreel::text
