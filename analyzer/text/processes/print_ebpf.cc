// Programs of eBPF, with -v: {code=BPF_ALU64|BPF_K|BPF_MOV, dst_reg=BPF_REG_1, …}. uapi linux/bpf.h.
#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t most_instructions = 4096;  // BPF_MAXINSNS
constexpr unsigned instruction_size = 8;

enum CodeClass : std::uint32_t { ld = 0, ldx = 1, st = 2, stx = 3, alu = 4, jmp = 5, jmp32 = 6, alu64 = 7 };

void put_part(CallPrinter& p, const abi::Names& names, std::uint32_t part) {
  p.out.put('|');
  print_one_of(p, names, part);
}

void print_code(CallPrinter& p, std::uint32_t code) {
  constexpr std::uint32_t class_mask = 7, size_mask = 0x18, mode_mask = 0xe0, source_mask = 8, operation_mask = 0xf0;
  const std::uint32_t code_class = code & class_mask, rest = code & ~class_mask;
  print_one_of(p, abi::ebpf_classes, code_class);
  switch (code_class) {
    case ld:
    case ldx:
    case st:
    case stx:
      put_part(p, abi::ebpf_sizes, code & size_mask);
      return put_part(p, abi::ebpf_modes, code & mode_mask);
    case jmp32:  // not taken apart, as the class that it was before
      if (rest == 0) return;
      p.out.put('|');
      p.out.hex(rest);
      return print_note(p, "BPF_???");
    default:
      put_part(p, abi::cbpf_sources, code & source_mask);
      return put_part(p, code_class == jmp ? abi::ebpf_jmp_ops : abi::ebpf_alu_ops, code & operation_mask);
  }
}

void print_instruction(CallPrinter& p, ByteSpan bytes) {
  const unsigned registers = number_in<std::uint8_t>(bytes, 1);
  Braces fields(p);
  fields.name("code");
  print_code(p, number_in<std::uint8_t>(bytes, 0));
  fields.name("dst_reg");
  print_one_of(p, abi::ebpf_registers, registers & 0xf);
  fields.name("src_reg");
  print_one_of(p, abi::ebpf_registers, registers >> 4);
  fields.name("off");
  p.out.signed_decimal(number_in<std::int16_t>(bytes, 2));
  fields.name("imm");
  p.out.hex(number_in<std::uint32_t>(bytes, 4));
}

void print_program(CallPrinter& p, const abi::Type& type, std::uint64_t value, std::uint64_t count) {
  if (p.abbreviated()) return print_address(p.out, value);
  const auto print_one = [&](std::uint64_t, ByteSpan bytes) { print_instruction(p, bytes); };
  print_array(p, type.copy.flow, value, count, instruction_size, print_one, most_instructions);
}

}  // namespace

void print_ebpf_program(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_program(p, type, value, p.elements(type, value));
}

void print_ebpf_code(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_program(p, type, value, p.elements(type, value) / instruction_size);
}

}  // namespace sysreel::text
