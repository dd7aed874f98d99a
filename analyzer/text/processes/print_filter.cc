// Classic BPF programs, of sockets and of seccomp: BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW).
// uapi linux/bpf_common.h, linux/filter.h, linux/seccomp.h.
#include "analyzer/text/processes/print_remark.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t most_instructions = 4096;  // BPF_MAXINSNS
constexpr unsigned instruction_size = 8;

enum CodeClass : std::uint32_t { ld = 0, ldx = 1, st = 2, stx = 3, alu = 4, jmp = 5, ret = 6, misc = 7 };

struct Instruction {
  std::uint16_t code;
  std::uint8_t jump_true, jump_false;
  std::uint32_t k;
};

void put_part(CallPrinter& p, const abi::Names& names, std::uint32_t part) {
  p.out.put('|');
  print_one_of(p, names, part);
}

// Bits that no part of the code stands for, which the kernel refuses.
void put_rest(CallPrinter& p, std::uint32_t rest) {
  if (rest == 0) return;
  p.out.put('|');
  p.out.hex(rest);
  if (p.options.constants != ConstantStyle::raw) print_note(p, "BPF_???");
}

// BPF_LD|BPF_W|BPF_ABS
void print_code(CallPrinter& p, std::uint16_t code) {
  const std::uint32_t code_class = code & 7;
  print_one_of(p, abi::cbpf_classes, code_class);
  switch (code_class) {
    case ld:
    case ldx:
      put_part(p, abi::cbpf_sizes, code & 0x18);
      put_part(p, abi::cbpf_modes, code & 0xe0);
      return put_rest(p, code & ~0xffu);
    case st:
    case stx: return put_rest(p, code & ~0x7u);
    case alu:
      put_part(p, abi::cbpf_sources, code & 0x08);
      put_part(p, abi::cbpf_alu_ops, code & 0xf0);
      return put_rest(p, code & ~0xffu);
    case jmp:
      put_part(p, abi::cbpf_sources, code & 0x08);
      put_part(p, abi::cbpf_jmp_ops, code & 0xf0);
      return put_rest(p, code & ~0xffu);
    case ret:
      put_part(p, abi::cbpf_return_sources, code & 0x18);
      return put_rest(p, code & ~0x1fu);
    default:
      put_part(p, abi::cbpf_misc_ops, code & 0xf8);
      return put_rest(p, code & ~0xffu);
  }
}

// SECCOMP_RET_ERRNO|0x1
void print_seccomp_result(CallPrinter& p, std::uint32_t k) {
  constexpr std::uint32_t data_mask = 0xffff;
  const bool known = name_of(abi::seccomp_actions, k & ~data_mask) != nullptr;
  print_one_of(p, abi::seccomp_actions, known ? k & ~data_mask : k);
  if (!known || (k & data_mask) == 0) return;
  p.out.put('|');
  p.out.hex(k & data_mask);
}

// Loads of the socket filters' own data lie at negative offsets: SKF_AD_OFF+SKF_AD_CPU, SKF_NET_OFF+9.
void print_socket_offset(CallPrinter& p, std::uint16_t code, std::uint32_t k) {
  constexpr std::uint32_t load_class = 7, absolute = 0x20, mode_mask = 0xe0;
  constexpr std::uint32_t ancillary = 0xfffff000, network = 0xfff00000, link = 0xffe00000;
  if ((code & load_class) > ldx || (code & mode_mask) != absolute || k < link) return p.out.hex(k);
  const bool own = k >= ancillary, is_network = k >= network;
  const std::uint32_t base = own ? ancillary : is_network ? network : link;
  print_constant(p, base, own ? "SKF_AD_OFF" : is_network ? "SKF_NET_OFF" : "SKF_LL_OFF");
  p.out.put('+');
  if (!own || p.options.constants == ConstantStyle::raw) return p.out.decimal(k - base);
  print_one_of(p, abi::cbpf_skf_ad_offsets, k - base);
}

void print_instruction(CallPrinter& p, ByteSpan bytes, bool seccomp) {
  Instruction instruction;
  std::memcpy(&instruction, bytes.data(), sizeof instruction);
  const bool jumps = instruction.jump_true != 0 || instruction.jump_false != 0;
  constexpr std::uint32_t source_mask = 0x18;
  p.out.put(jumps ? "BPF_JUMP(" : "BPF_STMT(");
  print_code(p, instruction.code);
  p.out.put(", ");
  if (seccomp && (instruction.code & 7) == ret && (instruction.code & source_mask) == 0) {
    print_seccomp_result(p, instruction.k);
  } else if (seccomp) {
    p.out.hex(instruction.k);
  } else {
    print_socket_offset(p, instruction.code, instruction.k);
  }
  if (jumps) {
    p.out.put(", ");
    p.out.hex(instruction.jump_true);
    p.out.put(", ");
    p.out.hex(instruction.jump_false);
  }
  p.out.put(')');
}

void print_instructions(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t count, bool seccomp) {
  if (p.abbreviated() || address == 0) return print_address(p.out, address);
  if (count == 0) return p.out.put("[]");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = address + i * instruction_size;
    const auto bytes = p.fetch(flow, at, instruction_size);
    if (!bytes && i == 0) return print_address(p.out, address);
    p.out.put(i == 0 ? "[" : ", ");
    if (!bytes || i == most_instructions) {
      if (!bytes && i != most_instructions) print_array_end(p, flow, at, instruction_size);
      else p.out.put("...");
      break;
    }
    print_instruction(p, *bytes, seccomp);
  }
  p.out.put(']');
}

void print_program(CallPrinter& p, const abi::Type& type, std::uint64_t value, bool seccomp) {
  if (!follow(p, type, value)) return;
  const auto length = p.fetch<std::uint16_t>(type.copy.flow, value);
  const auto filter = p.fetch_word(type.copy.flow, value + p.word());
  if (!length || !filter) return print_address(p.out, value);
  p.out.put("{len=");
  p.out.decimal(*length);
  p.out.put(", filter=");
  print_instructions(p, type.copy.flow, *filter, *length, seccomp);
  p.out.put('}');
}

}  // namespace

void print_socket_program(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  // Of setsockopt, whose last argument is the structure's size.
  const bool fits = static_cast<std::uint32_t>(p.call.args[4]) == abi::size_of(*type.layout, p.call.abi);
  fits ? print_program(p, type, value, false) : print_address(p.out, value);
}
void print_socket_instructions(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const std::uint64_t count = p.elements(type, value);
  if (count == 0) return print_address(p.out, value);
  print_instructions(p, type.copy.flow, value, count, false);
}
void print_seccomp_program(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_program(p, type, value, true); }

void print_seccomp_instructions(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_instructions(p, type.copy.flow, value, p.elements(type, value), true);
}

void print_seccomp_action(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto action = p.fetch<std::uint32_t>(type.copy.flow, value);
  if (!action) return print_address(p.out, value);
  p.out.put('[');
  print_one_of(p, abi::seccomp_actions, *action);
  p.out.put(']');
}

}  // namespace sysreel::text
