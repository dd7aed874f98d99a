#include "format/fault.h"

#include <cstring>

namespace sysreel {
namespace {

constexpr std::uint16_t layout_version = 1;
constexpr std::uint8_t trap_known_bit = 1;
constexpr std::size_t frame_size = 28;  // build-id, offset

// The fixed part, as it stands in the reel.
struct Fixed {
  std::uint16_t version;
  std::uint8_t machine;  // Abi
  std::uint8_t bits;
  std::uint32_t trap;
  std::uint64_t error_code;
  std::uint64_t address;
  std::uint64_t code_address;
  std::uint32_t code_length;
  std::uint32_t stack_length;
  std::uint32_t frame_count;
  std::uint32_t register_count;
};
static_assert(sizeof(Fixed) == 48);

void append(std::vector<std::byte>& out, const void* from, std::size_t length) {
  const std::size_t at = out.size();
  out.resize(at + length);
  if (length > 0) std::memcpy(out.data() + at, from, length);
}

}  // namespace

std::vector<std::byte> encode_fault(const Fault& fault) {
  const Fixed fixed{.version = layout_version,
                    .machine = static_cast<std::uint8_t>(Abi::x86_64),
                    .bits = fault.trap_known ? trap_known_bit : std::uint8_t{0},
                    .trap = fault.trap,
                    .error_code = fault.error_code,
                    .address = fault.address,
                    .code_address = fault.code_address,
                    .code_length = static_cast<std::uint32_t>(fault.code.size()),
                    .stack_length = static_cast<std::uint32_t>(fault.stack_memory.size()),
                    .frame_count = static_cast<std::uint32_t>(fault.frames.size()),
                    .register_count = x86_register_count};
  std::vector<std::byte> out;
  append(out, &fixed, sizeof fixed);
  append(out, fault.registers.data(), sizeof fault.registers);
  append(out, fault.code.data(), fault.code.size());
  append(out, fault.stack_memory.data(), fault.stack_memory.size());
  for (const FaultFrame& frame : fault.frames) {
    append(out, frame.build_id.data(), sizeof frame.build_id);
    append(out, &frame.offset, sizeof frame.offset);
  }
  return out;
}

std::optional<Fault> decode_fault(ByteSpan bytes) {
  Fixed fixed;
  if (bytes.size() < sizeof fixed) return std::nullopt;
  std::memcpy(&fixed, bytes.data(), sizeof fixed);
  if (fixed.version != layout_version || fixed.machine != static_cast<std::uint8_t>(Abi::x86_64)) return std::nullopt;
  if (fixed.register_count != x86_register_count) return std::nullopt;
  const std::uint64_t wanted = sizeof fixed + sizeof Fault::registers + std::uint64_t{fixed.code_length} +
                               fixed.stack_length + std::uint64_t{fixed.frame_count} * frame_size;
  if (bytes.size() < wanted) return std::nullopt;
  Fault fault;
  fault.trap_known = (fixed.bits & trap_known_bit) != 0;
  fault.trap = fixed.trap;
  fault.error_code = fixed.error_code;
  fault.address = fixed.address;
  fault.code_address = fixed.code_address;
  bytes = bytes.subspan(sizeof fixed);
  std::memcpy(fault.registers.data(), bytes.data(), sizeof fault.registers);
  bytes = bytes.subspan(sizeof fault.registers);
  fault.code = bytes.first(fixed.code_length);
  fault.stack_memory = bytes.subspan(fixed.code_length, fixed.stack_length);
  bytes = bytes.subspan(fixed.code_length + fixed.stack_length);
  for (std::uint32_t i = 0; i < fixed.frame_count; ++i) {
    FaultFrame frame;
    std::memcpy(frame.build_id.data(), bytes.data(), sizeof frame.build_id);
    std::memcpy(&frame.offset, bytes.data() + sizeof frame.build_id, sizeof frame.offset);
    fault.frames.push_back(frame);
    bytes = bytes.subspan(frame_size);
  }
  return fault;
}

}  // namespace sysreel
