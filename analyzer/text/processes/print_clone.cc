// clone(2) and clone3(2): what a new task shares with its creator.
#include "analyzer/text/files/print_descriptor.h"
#include "analyzer/text/processes/print_ids.h"
#include "analyzer/text/processes/print_remark.h"
#include "analyzer/text/processes/print_signal.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

// uapi linux/sched.h
constexpr std::uint64_t csignal = 0xff;
constexpr std::uint64_t clone_pidfd = 0x1000, clone_settls = 0x80000, clone_parent_settid = 0x100000,
                        clone_child_cleartid = 0x200000, clone_child_settid = 0x1000000;
constexpr std::uint64_t clone_into_cgroup = 0x200000000;

void print_clone_flags(CallPrinter& p, std::uint64_t flags) {
  const std::uint64_t rest = flags & ~csignal;
  const int signo = static_cast<int>(flags & csignal);
  if (rest != 0) print_flags(p, abi::clone_flags, rest);
  if (rest != 0 && signo != 0) p.out.put('|');
  if (rest == 0 || signo != 0) print_signal_number(p, signo);
}

// Registers of the arguments behind the parent's: the ABIs of x86 disagree (kernel: CONFIG_CLONE_BACKWARDS).
struct CloneArguments {
  std::uint64_t flags, stack, parent_tid, child_tid, tls;
};

CloneArguments arguments_of(const Call& call) {
  const bool backwards = call.abi == Abi::i386 || call.abi == Abi::aarch64;
  const auto& args = call.args;
  return backwards ? CloneArguments{args[0], args[1], args[2], args[4], args[3]}
                   : CloneArguments{args[0], args[1], args[2], args[3], args[4]};
}

bool reports_to_parent(std::uint64_t flags) { return (flags & (clone_pidfd | clone_parent_settid)) != 0; }
bool has_child_tid(std::uint64_t flags) { return (flags & (clone_child_cleartid | clone_child_settid)) != 0; }

// The id or the descriptor that the kernel gave to the creator: [1234].
void print_report(CallPrinter& p, std::uint64_t address, bool is_descriptor) {
  const auto value = p.failed() ? std::nullopt : p.output<std::int32_t>(address);
  if (!value || address == 0) return print_address(p.out, address);
  p.out.put('[');
  if (is_descriptor) {
    print_descriptor(p, *value);
  } else {
    print_process_id(p, *value);
  }
  p.out.put(']');
}

void print_tls(CallPrinter& p, std::uint64_t tls) {
  if (p.call.abi != Abi::i386) return p.out.hex(tls);
  print_user_desc(p, abi::memory(abi::Kind::user_desc, abi::Flow::in, 16), tls);
}

void print_second_half(CallPrinter& p, const CloneArguments& args) {
  if ((args.flags & clone_settls) != 0) {
    p.out.put(", tls=");
    print_tls(p, args.tls);
  }
  if (has_child_tid(args.flags)) {
    p.out.put(", child_tidptr=");
    print_address(p.out, args.child_tid);
  }
}

}  // namespace

void call_clone(CallPrinter& p, Half half) {
  const CloneArguments args = arguments_of(p.call);
  const bool reports = reports_to_parent(args.flags);
  if (half == Half::entry) {
    p.out.put("child_stack=");
    print_address(p.out, args.stack);
    p.out.put(", flags=");
    print_clone_flags(p, args.flags);
    if (reports) return p.out.put(", ");
    return print_second_half(p, args);
  }
  if (!reports) return;
  p.out.put("parent_tid=");
  print_report(p, args.parent_tid, (args.flags & clone_parent_settid) == 0);
  print_second_half(p, args);
}

void print_clone_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_clone_flags(p, value); }

namespace {

// Order of the fields in abi::clone_args_layout, and the sizes of its versions.
enum CloneField : unsigned { flags_field, pidfd_field, child_tid_field, parent_tid_field, exit_signal_field, stack_field,
                             stack_size_field, tls_field, set_tid_field, set_tid_size_field, cgroup_field };
constexpr std::size_t size_first = 64, size_second = 80, size_third = 88;
constexpr std::uint64_t set_tid_max = 32;  // MAX_PID_NS_LEVEL, kernel: include/linux/pid_namespace.h

void put_name(CallPrinter& p, std::string_view name) {
  p.out.put(", ");
  p.out.put(name);
  p.out.put('=');
}

void print_set_tid(CallPrinter& p, std::uint64_t address, std::uint64_t count) {
  put_name(p, "set_tid");
  if (count == 0 || count > set_tid_max) {
    print_address(p.out, address);
  } else {
    print_array(p, abi::Flow::in, address, count, 4, [&](std::uint64_t, ByteSpan bytes) {
      std::int32_t id;
      std::memcpy(&id, bytes.data(), sizeof id);
      print_process_id(p, id);
    });
  }
  put_name(p, "set_tid_size");
  p.out.decimal(count);
}

bool any_byte_set(ByteSpan bytes) {
  for (const std::byte byte : bytes) {
    if (byte != std::byte{0}) return true;
  }
  return false;
}

void print_args(CallPrinter& p, const std::array<std::uint64_t, 11>& fields, std::uint64_t size) {
  const std::uint64_t flags = fields[flags_field];
  p.out.put("{flags=");
  print_flags(p, abi::clone3_flags, flags);
  if ((flags & clone_pidfd) != 0) {
    put_name(p, "pidfd");
    print_address(p.out, fields[pidfd_field]);
  }
  if (has_child_tid(flags)) {
    put_name(p, "child_tid");
    print_address(p.out, fields[child_tid_field]);
  }
  if ((flags & clone_parent_settid) != 0) {
    put_name(p, "parent_tid");
    print_address(p.out, fields[parent_tid_field]);
  }
  put_name(p, "exit_signal");
  if (fields[exit_signal_field] <= 64) {
    print_signal_number(p, static_cast<int>(fields[exit_signal_field]));
  } else {
    p.out.decimal(fields[exit_signal_field]);
  }
  put_name(p, "stack");
  print_address(p.out, fields[stack_field]);
  put_name(p, "stack_size");
  p.out.hex(fields[stack_size_field]);
  if ((flags & clone_settls) != 0) {
    put_name(p, "tls");
    if (p.call.abi == Abi::i386) {
      print_tls(p, fields[tls_field]);
    } else {
      print_address(p.out, fields[tls_field]);
    }
  }
  if (size >= size_second && (fields[set_tid_field] != 0 || fields[set_tid_size_field] != 0)) {
    print_set_tid(p, fields[set_tid_field], fields[set_tid_size_field]);
  }
  if (size >= size_third && (fields[cgroup_field] != 0 || (flags & clone_into_cgroup) != 0)) {
    put_name(p, "cgroup");
    if (fields[cgroup_field] <= 0x7fffffff) {
      print_descriptor(p, static_cast<int>(fields[cgroup_field]));
    } else {
      p.out.decimal(fields[cgroup_field]);
    }
  }
}

// " => {pidfd=[3], parent_tid=[1234]}": what the kernel reported.
void print_reports(CallPrinter& p, const std::array<std::uint64_t, 11>& fields) {
  const std::uint64_t flags = fields[flags_field];
  if (!reports_to_parent(flags)) return;
  p.out.put(" => {");
  if ((flags & clone_pidfd) != 0) {
    p.out.put("pidfd=");
    print_report(p, fields[pidfd_field], true);
  }
  if ((flags & clone_parent_settid) != 0) {
    if ((flags & clone_pidfd) != 0) p.out.put(", ");
    p.out.put("parent_tid=");
    print_report(p, fields[parent_tid_field], false);
  }
  p.out.put('}');
}

}  // namespace

void print_clone3_args(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const std::uint64_t size = p.elements(type, value);
  const auto known = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_third));
  const auto bytes = size < size_first ? std::nullopt : p.fetch(abi::Flow::in, value, known);
  if (!bytes) return print_address(p.out, value);
  std::array<std::uint64_t, 11> fields{};
  std::memcpy(fields.data(), bytes->data(), known);
  print_args(p, fields, size);
  if (size > size_third) {
    const auto tail = p.fetch(abi::Flow::in, value + size_third, static_cast<std::size_t>(size - size_third));
    if (!tail) {
      p.out.put(", ???");
    } else if (any_byte_set(*tail)) {
      p.out.put(", /* bytes ");
      p.out.decimal(size_third);
      p.out.put("..");
      p.out.decimal(size - 1);
      p.out.put(" */ ");
      print_hex_quoted(p.out, *tail, false);
    }
  }
  p.out.put('}');
  if (!p.failed() && p.half == Half::exit) print_reports(p, fields);
}

}  // namespace sysreel::text
