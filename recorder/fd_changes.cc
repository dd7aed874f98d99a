#include "recorder/fd_changes.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "recorder/capture.h"

namespace sysreel {
namespace {

// Values of uapi linux/socket.h and asm-generic/errno.h; all ABIs agree.
constexpr std::uint32_t sol_socket = 1;
constexpr std::uint32_t scm_rights = 1;
constexpr std::int64_t einprogress = 115;

// `size` bytes at `address` as they were at exit.
std::optional<ByteSpan> at_exit(const Call& call, std::uint64_t address, std::size_t size) {
  for (const Block& block : call.blocks) {
    if (block.phase != Phase::exit || address < block.address) continue;
    const std::uint64_t offset = address - block.address;
    if (offset <= block.data.size() && size <= block.data.size() - offset) return block.data.subspan(offset, size);
  }
  return std::nullopt;
}

std::uint64_t load(const std::byte* bytes, unsigned width) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, width);
  return value;
}

void add_ints(std::vector<int>& fds, ByteSpan bytes) {
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) fds.push_back(static_cast<int>(load(bytes.data() + at, 4)));
}

// Descriptors in the control messages of one msghdr (uapi linux/socket.h: name, namelen, iov, iovlen, control, controllen).
void add_received(std::vector<int>& fds, const Call& call, std::uint64_t header) {
  const unsigned word = word_size(call.abi);
  const auto fields = at_exit(call, header + 4 * std::uint64_t{word}, 2 * std::size_t{word});
  if (!fields) return;
  const auto control = at_exit(call, load(fields->data(), word), load(fields->data() + word, word));
  if (!control) return;
  const std::size_t prefix = word + 8;  // cmsghdr: a length of a word, level, type
  for (std::size_t at = 0; at + prefix <= control->size();) {
    const std::byte* const message = control->data() + at;
    const std::uint64_t length = load(message, word);
    if (length < prefix || length > control->size() - at) return;
    if (load(message + word, 4) == sol_socket && load(message + word + 4, 4) == scm_rights) {
      add_ints(fds, control->subspan(at + prefix, length - prefix));
    }
    at += (length + word - 1) / word * word;
  }
}

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<int> fds_changed_by(const Call& call, const abi::SyscallRow& row) {
  std::vector<int> fds;
  const std::string_view name = row.name;
  if (is_error(call.result)) {
    if (name == "connect" && call.result == -einprogress) fds.push_back(static_cast<int>(call.args[0]));
    return fds;
  }
  if (row.result == abi::ResultKind::fd && (row.classes & (abi::makes_fd | abi::changes_fds)) != 0) {
    fds.push_back(static_cast<int>(call.result));
  }
  for (std::size_t i = 0; i < row.args.size() && i < call.args.size(); ++i) {
    const abi::Type& type = row.args[i].type;
    const bool holds_fds = type.kind == abi::Kind::fd || type.kind == abi::Kind::fd_pair;
    if (!holds_fds || type.copy.flow != abi::Flow::out) continue;
    for (const Block& block : call.blocks) {
      if (block.phase == Phase::exit && block.address == call.args[i]) add_ints(fds, block.data);
    }
  }
  if (is_any_of(name, {"bind", "connect", "listen"})) fds.push_back(static_cast<int>(call.args[0]));
  if (name == "recvmsg") add_received(fds, call, call.args[1]);
  if (name == "recvmmsg") {
    const std::uint64_t stride = call.abi == Abi::i386 || call.abi == Abi::x32 ? 32 : 64;  // sizeof(struct mmsghdr)
    for (std::int64_t i = 0; i < call.result; ++i) add_received(fds, call, call.args[1] + static_cast<std::uint64_t>(i) * stride);
  }
  return fds;
}

}  // namespace sysreel
