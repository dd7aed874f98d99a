// poll, select and epoll: what was asked for prints at entry, what became ready behind the result.
#include "analyzer/text/files/arguments.h"
#include "analyzer/text/files/fields.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

struct PollFd {
  std::int32_t fd;
  std::int16_t events;
  std::int16_t revents;
};

void print_poll_fd(CallPrinter& p, const PollFd& entry, bool ready) {
  p.out.put("{fd=");
  print_fd(p, {}, static_cast<std::uint32_t>(entry.fd));
  if (ready || entry.fd >= 0) {
    p.out.put(ready ? ", revents=" : ", events=");
    print_flags(p, abi::poll_events, static_cast<std::uint16_t>(ready ? entry.revents : entry.events));
  }
  p.out.put('}');
}

// Separates what several arguments add to the comment.
void separate(CallPrinter& p) {
  if (!p.comment.empty()) p.comment.put(", ");
}

// The time left is told only if something became ready.
void remark_time_left(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (p.call.result <= 0 || value == 0 || !p.verbose()) return;
  const auto bytes = p.memory.output(value, abi::size_of(*type.layout, p.call.abi));
  if (!bytes) return;
  separate(p);
  print_into_comment(p, [&] {
    p.out.put("left ");
    print_struct(p, *type.layout, abi::Flow::out, value, *bytes);
  });
}

// Prints the numbers of the bits that are set: "[0 3]".
void print_bits(CallPrinter& p, ByteSpan bytes, std::uint64_t count, bool decorated) {
  p.out.put('[');
  bool any = false;
  for (std::uint64_t i = 0; i < count; ++i) {
    if ((static_cast<std::uint8_t>(bytes[i / 8]) >> (i % 8) & 1) == 0) continue;
    if (any) p.out.put(' ');
    any = true;
    decorated ? print_fd(p, {}, i) : p.out.decimal(i);
  }
  p.out.put(']');
}

struct FdSetBytes {
  std::uint64_t fds;
  std::size_t bytes;
};

FdSetBytes fd_set_size(const CallPrinter& p) {
  constexpr std::int32_t most = 1024 * 1024;
  const auto asked = static_cast<std::int32_t>(p.call.args[0]);
  const std::uint64_t fds = asked < 0 ? 0 : static_cast<std::uint64_t>(asked > most ? most : asked);
  const std::uint64_t word_bits = 8ull * p.word();
  return {fds, static_cast<std::size_t>((fds + word_bits - 1) / word_bits * p.word())};
}

}  // namespace

void print_pollfds(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (value == 0 || !p.verbose()) return print_address(p.out, value);
  print_array(p, abi::Flow::in, value, static_cast<std::uint32_t>(p.elements(type, value)), sizeof(PollFd),
              [&](std::uint64_t, ByteSpan bytes) {
                PollFd entry;
                std::memcpy(&entry, bytes.data(), sizeof entry);
                print_poll_fd(p, entry, false);
              });
}

void remark_pollfds(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (p.failed()) return;
  if (p.call.result == 0) return set_comment(p, "Timeout");
  if (!p.verbose()) return;
  const std::uint64_t count = static_cast<std::uint32_t>(p.elements(type, value));
  print_into_comment(p, [&] {
    bool any = false;
    p.out.put('[');
    std::uint64_t shown = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto entry = p.output<PollFd>(value + i * sizeof(PollFd));
      if (!entry) {
        if (!any) p.out.put("...");
        else p.out.put(", ...");
        break;
      }
      if (entry->revents == 0) continue;
      if (any) p.out.put(", ");
      any = true;
      if (p.abbreviated() && shown == p.options.string_limit) {
        p.out.put("...");
        break;
      }
      print_poll_fd(p, *entry, true);
      ++shown;
    }
    p.out.put(']');
  });
}

void print_poll_timeout(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (value == 0 || !p.verbose()) return print_address(p.out, value);
  print_struct_at(p, *type.layout, abi::Flow::in, value);
}
void remark_poll_timeout(CallPrinter& p, const abi::Type& type, std::uint64_t value) { remark_time_left(p, type, value); }

void print_fd_set(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const FdSetBytes size = fd_set_size(p);
  const auto bytes = p.memory.input(value, size.bytes);
  if (value == 0 || !p.verbose() || !bytes || static_cast<std::int32_t>(p.call.args[0]) < 0) return print_address(p.out, value);
  print_bits(p, *bytes, size.fds, true);
}

void remark_fd_set(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (p.failed()) return;
  if (p.call.result == 0) return set_comment(p, "Timeout");
  p.remarked = true;
  static constexpr std::string_view names[] = {"in ", "out ", "except "};
  const std::size_t index = argument_index(p, type);
  if (index < 1 || index > 3 || value == 0 || !p.verbose()) return;
  const FdSetBytes size = fd_set_size(p);
  const auto bytes = p.memory.output(value, size.bytes);
  if (!bytes) return;
  bool any = false;
  for (const std::byte byte : *bytes) any = any || byte != std::byte{0};
  if (!any) return;
  separate(p);
  print_into_comment(p, [&] {
    p.out.put(names[index - 1]);
    print_bits(p, *bytes, size.fds, false);
  });
}

void print_select_timeout(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_poll_timeout(p, type, value); }
void remark_select_timeout(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!p.failed() && p.call.result == 0) return set_comment(p, "Timeout");
  remark_time_left(p, type, value);
}

void print_epoll_data(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto bytes = p.fetch(type.copy.flow, value, 8);
  if (!bytes) return print_address(p.out, value);
  std::uint64_t data;
  std::memcpy(&data, bytes->data(), sizeof data);
  p.out.put("{u32=");
  p.out.decimal(static_cast<std::uint32_t>(data));
  p.out.put(", u64=");
  p.out.decimal(data);
  p.out.put('}');
}

void print_epoll_ctl_event(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint32_t ctl_del = 2;
  if (static_cast<std::uint32_t>(p.call.args[1]) == ctl_del) return print_address(p.out, value);
  if (!follow(p, type, value)) return;
  print_struct_at(p, *type.layout, type.copy.flow, value);
}

}  // namespace sysreel::text
