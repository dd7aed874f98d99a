// What -k prints behind a call.
#include "analyzer/stacks/stack_lines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace sysreel::testing {

// In no anonymous namespace, so that it has a name in the symbol table.
__attribute__((noinline)) int function_with_a_name(int number) { return std::puts("") + number; }

namespace {

// Where the test's own code lies in its own file.
CodePlace place_in_this_program(std::uint64_t address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long start = 0, end = 0, offset = 0;
    char path[4096] = "";
    if (std::sscanf(line.c_str(), "%lx-%lx %*s %lx %*s %*s %4095s", &start, &end, &offset, path) != 4) continue;
    if (address >= start && address < end) return {path, offset + (address - start)};
  }
  return {};
}

// A process that has mapped this program, and nothing below the first page.
class OneProgram final : public CodePlaces {
 public:
  void turn_to(Pid pid) override { asked = pid; }
  std::optional<CodePlace> place(std::uint64_t address) override {
    if (address < 4096) return std::nullopt;
    return place_in_this_program(address);
  }
  Pid asked{};
};

const std::uint64_t beginning = reinterpret_cast<std::uint64_t>(&function_with_a_name);

std::string lines_of(std::initializer_list<std::uint64_t> stack, std::size_t most = 256) {
  OneProgram program;
  StackLines lines(program, most, false);
  text::Out out;
  lines.print(out, Pid{7}, std::vector<std::uint64_t>(stack));
  EXPECT_EQ(program.asked, Pid{7});
  return std::string(out.view());
}

TEST(StackLines, NameFileFunctionAndPlace) {
  const CodePlace place = place_in_this_program(beginning + 4);
  EXPECT_EQ(lines_of({beginning + 4}), fmt::format(" > {}(sysreel::testing::function_with_a_name(int)+0x4) [{:#x}]\n", place.path, place.offset));
}

TEST(StackLines, SayWhereNothingIsMapped) { EXPECT_EQ(lines_of({16}), " > unexpected_backtracing_error [0x10]\n"); }

TEST(StackLines, StopAtTheLimit) {
  EXPECT_EQ(lines_of({16, 17, 18}, 2), " > unexpected_backtracing_error [0x10]\n > unexpected_backtracing_error [0x11]\n");
}

}  // namespace
}  // namespace sysreel::testing
