#include "format/fault.h"

#include <gtest/gtest.h>

namespace sysreel {
namespace {

Fault sample(std::vector<std::byte>& code, std::vector<std::byte>& memory) {
  code.assign(64, std::byte{0x90});
  memory.assign(1000, std::byte{0x41});
  Fault fault{.trap_known = true, .trap = 14, .error_code = 6, .address = 0x18};
  for (std::size_t i = 0; i < fault.registers.size(); ++i) fault.registers[i] = 1000 + i;
  fault.code_address = 0x401000;
  fault.code = code;
  fault.stack_memory = memory;
  fault.frames = {{{std::byte{1}, std::byte{2}}, 77}, {}};
  return fault;
}

TEST(Fault, ComesBackAsItWas) {
  std::vector<std::byte> code, memory;
  const Fault fault = sample(code, memory);
  const std::vector<std::byte> bytes = encode_fault(fault);
  const auto back = decode_fault(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->trap, 14u);
  EXPECT_EQ(back->error_code, 6u);
  EXPECT_EQ(back->address, 0x18u);
  EXPECT_EQ(back->registers, fault.registers);
  EXPECT_EQ(back->at(X86Register::ip), 1016u);
  EXPECT_EQ(back->code.size(), code.size());
  EXPECT_EQ(back->stack_memory.size(), memory.size());
  ASSERT_EQ(back->frames.size(), 2u);
  EXPECT_EQ(back->frames[0].build_id, fault.frames[0].build_id);
  EXPECT_EQ(back->frames[0].offset, 77u);
}

TEST(Fault, CutAnywhereIsNone) {
  std::vector<std::byte> code, memory;
  const std::vector<std::byte> bytes = encode_fault(sample(code, memory));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decode_fault(ByteSpan(bytes).first(length))) << length;
  }
}

TEST(Fault, LengthsThatReachBeyondTheEndAreRefused) {
  std::vector<std::byte> code, memory;
  for (const std::size_t field : {32, 36, 40, 44}) {
    std::vector<std::byte> bytes = encode_fault(sample(code, memory));
    for (std::size_t i = 0; i < 4; ++i) bytes[field + i] = std::byte{0xff};
    EXPECT_FALSE(decode_fault(bytes)) << "field at " << field;
  }
}

TEST(Fault, OfAnotherVersionOrMachineIsUnknown) {
  std::vector<std::byte> code, memory;
  for (const std::size_t field : {0, 2}) {
    std::vector<std::byte> bytes = encode_fault(sample(code, memory));
    bytes[field] = std::byte{9};
    EXPECT_FALSE(decode_fault(bytes));
  }
}

}  // namespace
}  // namespace sysreel
