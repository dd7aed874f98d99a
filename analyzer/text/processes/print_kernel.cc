// Calls about the kernel itself: kexec, the kernel log, landlock.
#include <algorithm>
#include <array>

#include "analyzer/text/files/print_descriptor.h"
#include "analyzer/text/processes/print_remark.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

// A number that always stands with its name: the kernel's headers do not export it.
void print_annotated(CallPrinter& p, const abi::Names& names, std::uint64_t value) {
  const auto number = static_cast<std::int32_t>(value);
  const char* name = name_of(names, static_cast<std::uint32_t>(number));
  p.out.signed_decimal(number);
  if (p.options.constants != ConstantStyle::raw) print_note(p, name ? name : names.unknown);
}

}  // namespace

// The upper half of the flags is the architecture (KEXEC_ARCH_MASK).
void print_kexec_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint64_t architecture_mask = 0xffff0000;
  print_one_of(p, abi::kexec_architectures, value & architecture_mask);
  if ((value & ~architecture_mask) == 0) return;
  p.out.put('|');
  print_flags(p, abi::kexec_flags, value & ~architecture_mask);
}

void print_kexec_segments(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t most = 16;  // KEXEC_SEGMENT_MAX
  if (p.elements(type, value) > most) return print_address(p.out, value);
  print_structure_array(p, type, value);
}

void print_syslog_action(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_annotated(p, abi::syslog_actions, value);
}

void print_console_level(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_annotated(p, abi::syslog_console_levels, value);
}

void print_kernel_log(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint32_t read = 2, read_clear = 4;
  const auto action = static_cast<std::uint32_t>(p.call.args[0]);
  if (action < read || action > read_clear || !follow(p, type, value)) {
    if (action < read || action > read_clear) print_address(p.out, value);
    return;
  }
  print_bytes_at(p, type.copy.flow, value, p.elements(type, value));
}

// As much of the structure as the size argument covers; older programs know only the file accesses.
void print_landlock_ruleset(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr std::uint64_t field_size = 8;
  std::array<std::byte, 48> image{};  // what a shorter structure lacks of its last field is zero
  const std::uint64_t size = p.call.args[1];
  const auto bytes = size < field_size ? std::nullopt : p.fetch(type.copy.flow, value, static_cast<std::size_t>(std::min<std::uint64_t>(size, image.size())));
  if (!bytes) return print_address(p.out, value);
  std::copy(bytes->begin(), bytes->end(), image.begin());
  p.out.put('{');
  print_fields(p, *type.layout, type.copy.flow, value, image, 0, static_cast<unsigned>((bytes->size() + field_size - 1) / field_size));
  if (size > image.size()) p.out.put(", ...");
  p.out.put('}');
}

// struct landlock_path_beneath_attr is packed: 64 bits of accesses and a descriptor.
void print_landlock_path_beneath(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto access = p.fetch<std::uint64_t>(type.copy.flow, value);
  const auto parent = p.fetch<std::int32_t>(type.copy.flow, value + 8);
  if (!access || !parent) return print_address(p.out, value);
  p.out.put("{allowed_access=");
  print_flags(p, abi::landlock_fs_access, *access);
  p.out.put(", parent_fd=");
  print_descriptor(p, *parent);
  p.out.put('}');
}

void print_default_keyring(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto keyring = static_cast<std::int32_t>(value);
  const char* name = name_of(abi::key_default_keyrings, static_cast<std::uint32_t>(keyring));
  if (name && p.options.constants == ConstantStyle::abbrev) return p.out.put(name);
  p.out.signed_decimal(keyring);
  if (p.options.constants != ConstantStyle::raw) print_note(p, name ? name : abi::key_default_keyrings.unknown);
}

void print_result_key(CallPrinter& p, std::int64_t result) {
  p.out.signed_decimal(static_cast<std::int32_t>(result));
}

}  // namespace sysreel::text
