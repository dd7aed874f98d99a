// Stacks as names to group calls by.
#include "analyzer/stacks/stack_names.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sysreel {
namespace {

// Everything from one page on is one file without symbols.
class OneFile final : public CodePlaces {
 public:
  void turn_to(Pid pid) override { asked = pid; }
  std::optional<CodePlace> place(std::uint64_t address) override {
    if (address < 4096) return std::nullopt;
    return CodePlace{"/nowhere/libmade-up.so", address - 4096};
  }
  Pid asked{};
};

std::string name_of(const std::vector<std::uint64_t>& stack) {
  OneFile file;
  StackNames names(file);
  std::string name;
  names.put(name, Pid{7}, stack);
  EXPECT_EQ(file.asked, Pid{7});
  return name;
}

TEST(StackNames, AreFileAndOffsetWithoutASymbol) { EXPECT_EQ(name_of({4096 + 0x12, 4096 + 0x34}), "libmade-up.so+0x12 < libmade-up.so+0x34"); }

TEST(StackNames, AreTheAddressWhereNothingIsMapped) { EXPECT_EQ(name_of({0x10, 4096}), "0x10 < libmade-up.so+0x0"); }

TEST(StackNames, EndAtTheFirstFunctionOfAThread) { EXPECT_EQ(name_of({4096, 0}), "libmade-up.so+0x0"); }

TEST(StackNames, OfNoStackIsEmpty) { EXPECT_EQ(name_of({}), ""); }

}  // namespace
}  // namespace sysreel
