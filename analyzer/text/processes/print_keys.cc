// The key retention service: serial numbers with special names, and the structures of keyctl(2).
#include <algorithm>

#include "analyzer/text/processes/print_remark.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

// ", __spare=[0x1, …]" if any of the words is not zero.
void print_spare(CallPrinter& p, ByteSpan words) {
  const bool used = std::any_of(words.begin(), words.end(), [](std::byte byte) { return byte != std::byte{0}; });
  if (!used) return;
  p.out.put(", __spare=[");
  for (std::size_t i = 0; i < words.size(); i += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, words.data() + i, sizeof word);
    if (i != 0) p.out.put(", ");
    p.out.hex(word);
  }
  p.out.put(']');
}

std::uint32_t word_at(ByteSpan bytes, std::size_t offset) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data() + offset, sizeof word);
  return word;
}

}  // namespace

void print_key_serial(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto serial = static_cast<std::int32_t>(value);
  const char* name = name_of(abi::key_special_ids, static_cast<std::uint32_t>(serial));
  if (name && p.options.constants == ConstantStyle::abbrev) return p.out.put(name);
  p.out.signed_decimal(serial);
  if (name && p.options.constants == ConstantStyle::verbose) print_note(p, name);
}

void print_key_error(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto error = static_cast<std::uint32_t>(value);
  const char* name = error < 4096 ? abi::errno_name(static_cast<int>(error)) : nullptr;
  if (name && p.options.constants == ConstantStyle::abbrev) return p.out.put(name);
  p.out.decimal(error);
  if (name && p.options.constants == ConstantStyle::verbose) print_note(p, name);
}

// What the kernel writes into a buffer of argument `count2` bytes; the result says how much there would have been.
void print_key_output(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const bool text = type.names == &abi::keyctl_commands;
  const std::uint64_t room = p.count(type.copy.count2, value);
  const std::uint64_t result = p.call.result > 0 ? static_cast<std::uint64_t>(p.call.result) : 0;
  const std::uint64_t length_there = std::min(result, room);
  if (!text) return print_bytes_at(p, type.copy.flow, value, length_there);
  const MemoryImage::Run run = p.fetch_run(type.copy.flow, value, static_cast<std::size_t>(length_there));
  if (run.bytes.empty() && length_there != 0) return print_address(p.out, value);
  const auto nul = std::find(run.bytes.begin(), run.bytes.end(), std::byte{0});
  const auto length = static_cast<std::size_t>(nul - run.bytes.begin());
  const std::size_t shown = std::min<std::size_t>(length, p.options.string_limit);
  print_quoted(p, run.bytes.first(shown), shown < length || (nul == run.bytes.end() && length < length_there));
}

// The capability bytes of keyctl: names for the first two.
void print_key_capabilities(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const std::uint64_t room = p.call.args[2];
  const std::uint64_t result = p.call.result > 0 ? static_cast<std::uint64_t>(p.call.result) : 0;
  const auto count = static_cast<std::size_t>(std::min(room, result));
  const auto bytes = p.fetch(type.copy.flow, value, count);
  if (!bytes) return print_address(p.out, value);
  p.out.put('[');
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) p.out.put(", ");
    const auto byte = std::to_integer<std::uint32_t>((*bytes)[i]);
    if (i == 0) print_flags(p, abi::key_capabilities0, byte);
    else if (i == 1) print_flags(p, abi::key_capabilities1, byte);
    else p.out.bare_hex(byte);
  }
  p.out.put(']');
}

void print_dh_params(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_struct_at(p, abi::keyctl_dh_params_layout, type.copy.flow, value);
}

void print_kdf_params(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr unsigned info_field = 1, length_field = 2, spare_field = 3;
  const abi::Struct& layout = abi::keyctl_kdf_params_layout;
  const auto bytes = p.fetch(type.copy.flow, value, abi::size_of(layout, p.call.abi));
  if (!bytes) return print_address(p.out, value);
  p.out.put('{');
  print_fields(p, layout, type.copy.flow, value, *bytes, 0, info_field);
  const std::uint32_t length = word_at(*bytes, abi::offset_of(layout, length_field, p.call.abi));
  const auto info = p.fetch_word(type.copy.flow, value + abi::offset_of(layout, info_field, p.call.abi)).value_or(0);
  p.out.put(", otherinfo=");
  if (length == 0) print_address(p.out, info);
  else print_bytes_at(p, type.copy.flow, info, length);
  print_fields(p, layout, type.copy.flow, value, *bytes, length_field, spare_field);
  print_spare(p, bytes->subspan(abi::offset_of(layout, spare_field, p.call.abi), 32));
  p.out.put('}');
}

void print_pkey_params(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr std::uint32_t verify = 28;  // KEYCTL_PKEY_VERIFY: the second length is of an input, too
  const auto bytes = p.fetch(type.copy.flow, value, 40);
  if (!bytes) return print_address(p.out, value);
  p.out.put("{key_id=");
  print_key_serial(p, {}, word_at(*bytes, 0));
  p.out.put(", in_len=");
  p.out.decimal(word_at(*bytes, 4));
  p.out.put(static_cast<std::uint32_t>(p.call.args[0]) == verify ? ", in2_len=" : ", out_len=");
  p.out.decimal(word_at(*bytes, 8));
  print_spare(p, bytes->subspan(12, 28));
  p.out.put('}');
}

// Data whose length stands in the parameters that argument 1 points to.
void print_pkey_input(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const bool second = type.names == &abi::keyctl_commands;
  const auto params = p.memory.input(p.call.args[1], 40);
  if (!params || !p.verbose()) return print_address(p.out, value);
  print_bytes_at(p, abi::Flow::in, value, word_at(*params, second ? 8 : 4));
}

void print_pkey_output(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_bytes_at(p, type.copy.flow, value, p.call.result > 0 ? static_cast<std::uint64_t>(p.call.result) : 0);
}

}  // namespace sysreel::text
