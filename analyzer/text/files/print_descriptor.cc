#include "analyzer/text/files/print_descriptor.h"

#include "analyzer/text/files/socket_text.h"
#include "analyzer/text/processes/print_ids.h"

namespace sysreel::text {
namespace {

constexpr std::string_view deleted_mark = " (deleted)";
constexpr std::string_view pid_mark = "pid:";

bool asked(const CallPrinter& p, DecodeFds what) { return (p.options.decode_fds & what) != 0; }

void put_device_number(Out& out, std::uint64_t device) {
  out.decimal(((device >> 8) & 0xfff) | ((device >> 32) & ~0xfffull));
  out.put(':');
  out.decimal((device & 0xff) | ((device >> 12) & 0xffffff00));
}

// </dev/null<char 1:3>>
bool print_device_path(CallPrinter& p, const Descriptor& descriptor) {
  const bool block = descriptor.kind == FdKind::block_device;
  if ((!block && descriptor.kind != FdKind::char_device) || descriptor.path.empty() || descriptor.path[0] != '/') return false;
  print_in_angle_brackets(p.out, p.options, descriptor.path);
  p.out.truncate(p.out.size() - 1);
  p.out.put(block ? "<block " : "<char ");
  put_device_number(p.out, descriptor.special);
  p.out.put(">>");
  return true;
}

// What the recorder noted about an anonymous file: the process of a pidfd, the counter of an eventfd, a signalfd's mask.
bool print_details(CallPrinter& p, const Descriptor& descriptor) {
  if (descriptor.extra.empty() || !descriptor.path.starts_with("anon_inode:")) return false;
  const std::string_view what = std::string_view(descriptor.path).substr(11);
  if (what == "[pidfd]" && asked(p, decode_pidfd) && descriptor.extra.starts_with(pid_mark)) {
    p.out.put("<pid:");
    print_process_id(p, sysreel::raw(pidfd_process(descriptor)));
    p.out.put('>');
    return true;
  }
  if ((what == "[eventfd]" && asked(p, decode_eventfd)) || (what == "[signalfd]" && asked(p, decode_signalfd))) {
    print_in_angle_brackets(p.out, p.options, descriptor.extra);
    return true;
  }
  return false;
}

void print_path_of(CallPrinter& p, std::string_view path) {
  const bool deleted = path.ends_with(deleted_mark);
  if (deleted) path.remove_suffix(deleted_mark.size());
  print_in_angle_brackets(p.out, p.options, path);
  if (deleted) p.out.put("(deleted)");
}

}  // namespace

void print_decoration(CallPrinter& p, const Descriptor& descriptor) {
  if (asked(p, decode_socket) && descriptor.kind == FdKind::socket) {
    p.out.put('<');
    put_socket_text(p.out, p.options, p.model, descriptor);
    return p.out.put('>');
  }
  if (asked(p, decode_dev) && print_device_path(p, descriptor)) return;
  if (print_details(p, descriptor)) return;
  if (asked(p, decode_path) && !descriptor.path.empty()) print_path_of(p, descriptor.path);
}

void print_descriptor_of(CallPrinter& p, Pid owner, int fd) {
  p.out.signed_decimal(fd);
  if (p.options.decode_fds == 0 || fd < 0) return;
  if (const Descriptor* descriptor = p.model.descriptor(owner, fd)) print_decoration(p, *descriptor);
}

void print_descriptor(CallPrinter& p, int fd) { print_descriptor_of(p, p.call.pid, fd); }

Pid pidfd_process(const Descriptor& descriptor) {
  const bool known = descriptor.path == "anon_inode:[pidfd]" && descriptor.extra.starts_with(pid_mark);
  return Pid{known ? std::atoi(descriptor.extra.c_str() + pid_mark.size()) : 0};
}

void print_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_descriptor(p, static_cast<std::int32_t>(value)); }

void print_at_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::int32_t at_fdcwd = -100;
  const auto fd = static_cast<std::int32_t>(value);
  if (fd != at_fdcwd) return print_descriptor(p, fd);
  if (p.options.constants == ConstantStyle::abbrev) {
    p.out.put("AT_FDCWD");
  } else {
    p.out.signed_decimal(fd);
    if (p.options.constants == ConstantStyle::verbose) print_note(p, "AT_FDCWD");
  }
  const std::string_view cwd = p.model.cwd(p.call.pid);
  if (asked(p, decode_path) && !cwd.empty()) print_in_angle_brackets(p.out, p.options, cwd);
}

}  // namespace sysreel::text
