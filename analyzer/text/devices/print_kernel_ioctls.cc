// Arguments of ioctl(2) on what is no device: seccomp listeners, perf events, namespaces, process descriptors; and clocks.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "analyzer/text/results.h"
#include "format/abi/flags.h"
#include "format/abi/ioctl.h"
#include "format/abi/layout.h"
#include "format/abi/structs.h"

namespace sysreel::text {

void print_rtc_param(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_struct_at(p, abi::rtc_param_get_layout, abi::Flow::in, value);
  if (!p.memory.input(value, abi::size_of(abi::rtc_param_answer_layout, p.call.abi))) return;
  p.out.put(" => ");
  if (p.failed()) return print_address(p.out, value);
  print_struct_at(p, abi::rtc_param_answer_layout, abi::Flow::out, value);
}

void print_seccomp_notif(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto asked = p.memory.input(value, abi::size_of(*type.layout, p.call.abi));
  if (!asked) return print_address(p.out, value);
  // The structure has to be zero; what is not shows.
  const bool zero = std::all_of(asked->begin(), asked->end(), [](std::byte byte) { return byte == std::byte{0}; });
  if (!zero) {
    print_struct(p, *type.layout, abi::Flow::in, value, *asked);
    p.out.put(" => ");
  }
  if (p.failed()) return print_address(p.out, value);
  print_struct_at(p, *type.layout, abi::Flow::out, value);
}

void print_perf_query_bpf(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t header = 8, id_size = 4;
  if (!follow(p, type, value)) return;
  const auto asked = p.memory.input(value, header);
  if (!asked) return print_address(p.out, value);
  const auto room = number_in<std::uint32_t>(*asked, 0);
  Braces fields(p);
  fields.name("ids_len");
  p.out.decimal(room);
  const auto given = p.failed() ? std::nullopt : p.memory.output(value, header);
  if (!given) {
    fields.next();
    return p.out.put("...");
  }
  const auto count = number_in<std::uint32_t>(*given, 4);
  fields.name("prog_cnt");
  p.out.decimal(count);
  fields.name("ids");
  print_array(p, abi::Flow::out, value + header, count, id_size,
              [&](std::uint64_t, ByteSpan bytes) { p.out.decimal(number_in<std::uint32_t>(bytes, 0)); });
}

void print_pidfd_info(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr unsigned smallest = 64, known = 88;  // PIDFD_INFO_SIZE_VER0, and the newest
  const unsigned size = abi::ioctl_size(static_cast<std::uint32_t>(p.call.args[1]));
  if (size < smallest) return print_address(p.out, value);
  if (!follow(p, type, value)) return;
  const auto asked = p.memory.input(value, 8);
  if (!asked) return print_address(p.out, value);
  const auto asked_mask = number_in<std::uint64_t>(*asked, 0);
  Braces fields(p);
  fields.name("mask");
  print_flags(p, abi::pidfd_info_mask, asked_mask);
  const auto answer = p.failed() ? std::nullopt : p.memory.output(value, std::min(size, known));
  if (!answer) return;
  if (const auto mask = number_in<std::uint64_t>(*answer, 0); mask != asked_mask) {
    p.out.put(" => ");
    print_flags(p, abi::pidfd_info_mask, mask);
  }
  print_fields(p, abi::pidfd_info_layout, abi::Flow::out, value, *answer, 1, static_cast<unsigned>(abi::pidfd_info_layout.fields.size()));
}

void print_udmabuf_list(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr unsigned head = 8;
  if (!follow(p, type, value)) return;
  const auto bytes = p.fetch(type.copy.flow, value, head);
  if (!bytes) return print_address(p.out, value);
  const auto count = number_in<std::uint32_t>(*bytes, 4);
  Braces fields(p);
  fields.name("flags");
  print_flags(p, abi::udmabuf_flags, number_in<std::uint32_t>(*bytes, 0));
  fields.name("count");
  p.out.decimal(count);
  fields.name("list");
  print_array(p, type.copy.flow, value + head, count, abi::size_of(abi::udmabuf_create_item_layout, p.call.abi),
              [&](std::uint64_t at, ByteSpan item) { print_struct(p, abi::udmabuf_create_item_layout, type.copy.flow, at, item); });
}

void print_sg_reset(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t no_escalate = 0x100;
  const auto reset = static_cast<std::uint32_t>(value);
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(reset);
  if (reset & no_escalate) {
    print_flags(p, abi::sg_reset_flags, no_escalate);
    p.out.put('|');
  }
  print_one_of(p, abi::sg_resets, reset & ~no_escalate);
}

void print_result_namespace_type(CallPrinter& p, std::int64_t result) {
  p.out.signed_decimal(result);
  if (const char* name = name_of(abi::setns_types, static_cast<std::uint64_t>(result))) set_comment(p, name);
}

}  // namespace sysreel::text
