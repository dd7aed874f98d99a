// What processes are told and asked beside their making and waiting: personality, kcmp, x86 segments, barriers.
#include <algorithm>
#include <array>

#include "analyzer/text/files/print_descriptor.h"
#include "analyzer/text/processes/print_ids.h"
#include "format/abi/flags.h"
#include "format/abi/layout.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::uint32_t personality_query = 0xffffffff;
constexpr std::uint32_t personality_domain_mask = 0xff;

void print_personality_parts(CallPrinter& p, std::uint32_t personality) {
  const std::uint32_t flags = personality & ~personality_domain_mask;
  print_one_of(p, abi::personality_domains, personality & personality_domain_mask);
  if (flags == 0) return;
  p.out.put('|');
  print_flags(p, abi::personality_flags, flags);
}

// As printf's %#08x: the prefix counts, and zero has none.
void put_padded_hex(Out& out, std::uint32_t value) {
  constexpr unsigned width = 8;
  if (value == 0) return out.fill('0', width);
  unsigned digits = 0;
  for (std::uint32_t rest = value; rest != 0; rest >>= 4) ++digits;
  out.put("0x");
  out.hex_digits(value, std::max(digits, width - 2));
}

// A descriptor of the process that the caller knows as `owner`.
void print_remote_descriptor(CallPrinter& p, std::int32_t owner, std::uint64_t value) {
  const int ours = p.options.pid_lookup != nullptr && owner > 0 ? p.options.pid_lookup->translate(p.call.tid, owner, PidKind::process) : 0;
  print_descriptor_of(p, Pid{ours != 0 ? ours : owner}, static_cast<int>(value));
}

}  // namespace

void print_personality(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto personality = static_cast<std::uint32_t>(value);
  if (personality == personality_query) return p.out.hex(personality);
  print_personality_parts(p, personality);
}

void print_result_personality(CallPrinter& p, std::int64_t result) {
  const auto personality = static_cast<std::uint32_t>(result);
  p.out.hex(personality);
  const std::size_t begin = p.out.size();
  print_personality_parts(p, personality);
  set_comment(p, p.out.view_from(begin));
  p.out.truncate(begin);
}

void print_kcmp_index(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_remote_descriptor(p, static_cast<std::int32_t>(p.call.args[0]), value);
}

void print_kcmp_index2(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_remote_descriptor(p, static_cast<std::int32_t>(p.call.args[1]), value);
}

void print_remote_fd(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const Descriptor* const pidfd = p.model.descriptor(p.call.pid, static_cast<std::int32_t>(p.call.args[0]));
  print_descriptor_of(p, pidfd != nullptr ? pidfd_process(*pidfd) : Pid{}, static_cast<std::int32_t>(value));
}

void print_kill_target(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto target = static_cast<std::int32_t>(value);
  if (target >= -1) return print_tgid(p, type, value);
  p.out.put('-');
  print_pgid(p, type, 0 - value);
}

// Of a descriptor that the kernel did not fill in, what it was asked for.
void print_entry_number(CallPrinter& p, std::uint64_t address) {
  const auto number = p.input<std::uint32_t>(address);
  if (!number) return print_address(p.out, address);
  p.out.put("{entry_number=");
  *number == ~std::uint32_t{0} ? p.out.put("-1") : p.out.decimal(*number);
  p.out.put(", ...}");
}

void print_user_desc_of_entry(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  p.failed() ? print_entry_number(p, value) : print_user_desc(p, type, value);
}

// struct user_desc (uapi asm/ldt.h): three words and a word of bits.
void print_user_desc(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr std::size_t size = 16;
  const bool sized_by_argument = p.row.args.size() == 3;  // modify_ldt
  const auto bytes = sized_by_argument && p.call.args[2] != size ? std::nullopt : p.fetch(abi::Flow::in, value, size);
  if (!bytes) return print_address(p.out, value);
  std::array<std::uint32_t, 4> words{};
  std::memcpy(words.data(), bytes->data(), size);
  p.out.put("{entry_number=");
  if (words[0] == ~std::uint32_t{0}) {
    p.out.put("-1");
  } else {
    p.out.decimal(words[0]);
  }
  p.out.put(", base_addr=");
  put_padded_hex(p.out, words[1]);
  p.out.put(", limit=");
  put_padded_hex(p.out, words[2]);
  struct Bits {
    std::string_view name;
    unsigned shift, mask;
  };
  constexpr std::array<Bits, 7> bits = {{{"seg_32bit", 0, 1}, {"contents", 1, 3}, {"read_exec_only", 3, 1}, {"limit_in_pages", 4, 1},
                                         {"seg_not_present", 5, 1}, {"useable", 6, 1}, {"lm", 7, 1}}};
  for (const Bits& field : bits) {
    if (field.name == "lm" && p.call.abi != Abi::x86_64) break;
    p.out.put(", ");
    p.out.put(field.name);
    p.out.put('=');
    p.out.decimal(words[3] >> field.shift & field.mask);
  }
  p.out.put('}');
  const auto after = type.copy.flow == abi::Flow::inout && !p.failed() ? p.output<std::uint32_t>(value) : std::nullopt;
  if (!after || *after == words[0]) return;
  p.comment.clear();
  p.comment.put("entry_number=");
  p.comment.decimal(*after);
}

// The kernel returns 32 bits zero-extended, so that an error of x86_64 looks like a large number.
void print_result_modified_ldt(CallPrinter& p, std::int64_t result) {
  const auto number = static_cast<std::uint32_t>(result);
  p.out.decimal(static_cast<std::uint64_t>(result));
  const auto error = -static_cast<std::int32_t>(number);
  const char* name = error > 0 && error < 4096 ? abi::errno_name(error) : nullptr;
  if (!name || result < 0) return;
  p.out.put(' ');
  p.out.put(name);
  set_comment(p, abi::errno_text(error));
}

void print_membarrier_cpu(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  if (static_cast<std::uint32_t>(p.call.args[1]) == 0) return;
  p.out.signed_decimal(static_cast<std::int32_t>(value));
}

void print_result_barriers(CallPrinter& p, std::int64_t result) {
  constexpr std::uint32_t query = 0, registrations = 0x200;
  const auto command = static_cast<std::uint32_t>(p.call.args[0]);
  if (result == 0 || (command != query && command != registrations)) return p.out.signed_decimal(result);
  p.out.hex(static_cast<std::uint64_t>(result));
  const std::size_t begin = p.out.size();
  print_flags(p, abi::membarrier_commands, static_cast<std::uint64_t>(result));
  set_comment(p, p.out.view_from(begin));
  p.out.truncate(begin);
}

// Components of the extended state stand with their number: the kernel's headers do not name them.
void print_xfeatures(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  p.out.hex(value);
  if (p.options.constants == ConstantStyle::raw || value == 0) return;
  p.out.put(" /* ");
  std::uint64_t rest = value;
  bool first = true;
  for (const abi::Name& name : abi::xfeature_flags.rows) {
    if ((rest & name.value) != name.value) continue;
    if (!first) p.out.put('|');
    first = false;
    p.out.put(name.text);
    rest &= ~name.value;
  }
  if (first) {
    p.out.put(abi::xfeature_flags.unknown);
  } else if (rest != 0) {
    p.out.put('|');
    p.out.hex(rest);
  }
  p.out.put(" */");
}

void print_xfeature(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  p.out.hex(value);
  if (p.options.constants == ConstantStyle::raw) return;
  const char* name = name_of(abi::xfeature_numbers, value);
  print_note(p, name ? name : abi::xfeature_numbers.unknown);
}

void print_result_tid(CallPrinter& p, std::int64_t result) { print_tid(p, {}, static_cast<std::uint64_t>(result)); }
void print_result_pgid(CallPrinter& p, std::int64_t result) { print_pgid(p, {}, static_cast<std::uint64_t>(result)); }
void print_result_sid(CallPrinter& p, std::int64_t result) { print_sid(p, {}, static_cast<std::uint64_t>(result)); }

void print_rseq_cpu(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto cpu = static_cast<std::int32_t>(value);
  if (name_of(abi::rseq_cpu_ids, static_cast<std::uint64_t>(static_cast<std::int64_t>(cpu)))) {
    print_one_of_decimal(p, abi::rseq_cpu_ids, cpu);
  } else {
    p.out.decimal(static_cast<std::uint32_t>(value));
  }
}

void print_rseq_section(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const std::uint64_t address = p.word() == 4 ? static_cast<std::uint32_t>(value) : value;
  const auto bytes = address == 0 ? std::nullopt : p.fetch(type.copy.flow, address, abi::size_of(*type.layout, p.call.abi));
  if (!bytes) return print_address(p.out, value);
  print_struct(p, *type.layout, type.copy.flow, address, *bytes);
  p.out.put(" /* ");
  p.out.hex(address);
  p.out.put(" */");
}

void print_rseq(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint32_t original = 32;  // the kernel takes nothing shorter, and nothing that is not aligned to it
  const auto length = static_cast<std::uint32_t>(p.call.args[1]);
  if (length < original || value % original != 0) return print_address(p.out, value);
  if (!follow(p, type, value)) return;
  std::array<std::byte, 64> image{};
  const auto bytes = p.fetch(type.copy.flow, value, std::min<std::size_t>(length, image.size()));
  if (!bytes) return print_address(p.out, value);
  std::copy(bytes->begin(), bytes->end(), image.begin());
  print_struct(p, *type.layout, type.copy.flow, value, image);
}

}  // namespace sysreel::text
