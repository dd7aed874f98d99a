// Scheduling: policies, attributes, processor sets, I/O priorities.
#include "analyzer/text/processes/print_ids.h"
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr unsigned ioprio_class_shift = 13;
constexpr unsigned ioprio_data_mask = (1u << ioprio_class_shift) - 1;

// Fields that the first and the second version of struct sched_attr have.
constexpr unsigned attr_size_first = 48, attr_size_second = 56;
constexpr unsigned attr_fields_first = 8, attr_fields_second = 10;

void print_ioprio_value(CallPrinter& p, std::uint32_t value) {
  p.out.put("IOPRIO_PRIO_VALUE(");
  print_one_of(p, abi::ioprio_classes, value >> ioprio_class_shift);
  p.out.put(", ");
  p.out.decimal(value & ioprio_data_mask);
  p.out.put(')');
}

void print_attr(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint32_t size) {
  const auto whole = static_cast<std::size_t>(std::min(size, attr_size_second));
  const auto bytes = p.fetch(flow, address, size < attr_size_second ? attr_size_first : whole);
  if (!bytes) return print_address(p.out, address);
  p.out.put('{');
  print_fields(p, abi::sched_attr_layout, flow, address, *bytes, 0, 1);
  // A policy that is to be kept is not looked at, nor are parameters.
  constexpr std::uint64_t keep_policy = 8, keep_parameters = 16;
  constexpr unsigned flags_field = 2, utilization_field = 8;
  std::uint64_t flags = 0;
  std::memcpy(&flags, bytes->data() + 8, sizeof flags);
  const unsigned last = size < attr_size_second ? attr_fields_first : attr_fields_second;
  if ((flags & keep_parameters) != 0) {
    print_fields(p, abi::sched_attr_layout, flow, address, *bytes, flags_field, flags_field + 1);
    print_fields(p, abi::sched_attr_layout, flow, address, *bytes, utilization_field, last);
  } else {
    print_fields(p, abi::sched_attr_layout, flow, address, *bytes, (flags & keep_policy) != 0 ? flags_field : 1, last);
  }
  if (size > attr_size_second) p.out.put(", ...");
  p.out.put('}');
}

void print_size_alone(CallPrinter& p, std::uint32_t size) {
  p.out.put("{size=");
  p.out.decimal(size);
  p.out.put('}');
}

}  // namespace

void print_sched_policy(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_one_of(p, abi::sched_policies, static_cast<std::uint32_t>(value));
}

// sched_getattr: as much as the kernel filled in. sched_setattr (inout): as much as `size` announces; if the kernel does
// not like that, it writes the size it knows.
void print_sched_attr(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr int too_big = 7;
  if (type.copy.flow == abi::Flow::out) {
    const auto size = p.output<std::uint32_t>(value);
    if (!size) return print_address(p.out, value);
    return print_attr(p, abi::Flow::out, value, std::min(*size, static_cast<std::uint32_t>(p.call.args[2])));
  }
  const auto size = p.input<std::uint32_t>(value);
  if (!size) return print_address(p.out, value);
  if (*size != 0 && *size < attr_size_first) {
    print_size_alone(p, *size);
  } else {
    print_attr(p, abi::Flow::in, value, *size == 0 ? attr_size_first : *size);
  }
  const auto after = p.output<std::uint32_t>(value);
  if (p.error() == too_big && after) {
    p.out.put(" => ");
    print_size_alone(p, *after);
  }
}

void print_cpu_set(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto bytes = p.fetch(type.copy.flow, value, static_cast<std::size_t>(p.elements(type, value)));
  if (!bytes) return print_address(p.out, value);
  p.out.put('[');
  bool first = true;
  for (std::size_t bit = 0; bit < bytes->size() * 8; ++bit) {
    if ((std::to_integer<unsigned>((*bytes)[bit / 8]) >> (bit % 8) & 1) == 0) continue;
    if (!first) p.out.put(' ');
    first = false;
    p.out.decimal(bit);
  }
  p.out.put(']');
}

void print_priority_who(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint32_t prio_process = 0, prio_pgrp = 1;
  switch (static_cast<std::uint32_t>(p.call.args[0])) {
    case prio_process: return print_tgid(p, type, value);
    case prio_pgrp: return print_pgid(p, type, value);
    default: return p.out.signed_decimal(static_cast<std::int32_t>(value));
  }
}

void print_ioprio_target(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint32_t who_process = 1, who_pgrp = 2;
  switch (static_cast<std::uint32_t>(p.call.args[0])) {
    case who_process: return print_tgid(p, type, value);
    case who_pgrp: return print_pgid(p, type, value);
    default: return p.out.signed_decimal(static_cast<std::int32_t>(value));
  }
}

void print_ioprio(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto priority = static_cast<std::uint32_t>(value);
  if (p.options.constants != ConstantStyle::abbrev) p.out.signed_decimal(static_cast<std::int32_t>(priority));
  if (p.options.constants == ConstantStyle::raw) return;
  if (p.options.constants == ConstantStyle::verbose) p.out.put(" /* ");
  print_ioprio_value(p, priority);
  if (p.options.constants == ConstantStyle::verbose) p.out.put(" */");
}

void print_result_ioprio(CallPrinter& p, std::int64_t result) {
  p.out.signed_decimal(result);
  if (p.options.constants == ConstantStyle::raw) return;
  const std::size_t begin = p.out.size();
  print_ioprio_value(p, static_cast<std::uint32_t>(result));
  set_comment(p, p.out.view_from(begin));
  p.out.truncate(begin);
}

void print_result_sched_policy(CallPrinter& p, std::int64_t result) {
  p.out.signed_decimal(result);
  const std::size_t begin = p.out.size();
  print_sched_policy(p, {}, static_cast<std::uint64_t>(result));
  set_comment(p, p.out.view_from(begin));
  p.out.truncate(begin);
}

}  // namespace sysreel::text
