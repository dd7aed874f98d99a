// Stacks of a stopped child, by frame pointers and by call frame information.
#include "recorder/unwinder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "recorder/dwarf/dwarf_unwinder.h"
#include "recorder/ptrace/syscall_info.h"

namespace sysreel::testing {
namespace {

// The chain of calls in which the child stops. Each does something behind the call, so that none is a jump.
__attribute__((noinline, optimize("no-omit-frame-pointer"))) int innermost(volatile int* at) { return raise(SIGSTOP) + *at; }
__attribute__((noinline, optimize("no-omit-frame-pointer"))) int middle(volatile int* at) { return innermost(at) + *at; }
__attribute__((noinline, optimize("no-omit-frame-pointer"))) int outermost(volatile int* at) { return middle(at) + *at; }

// A child that has stopped in innermost(); its code lies where ours does.
class StoppedChild {
 public:
  StoppedChild() : pid_(::fork()) {
    if (pid_ == 0) {
      ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      volatile int zero = 0;
      ::_exit(outermost(&zero));
    }
    int status = 0;
    stopped_ = ::waitpid(pid_, &status, 0) == pid_ && WIFSTOPPED(status);
  }
  ~StoppedChild() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  std::vector<std::uint64_t> stack_by(Unwinder& unwinder, std::size_t most = 256) const {
    EXPECT_TRUE(stopped_);
    std::vector<std::uint64_t> stack;
    const auto registers = read_registers(Tid{pid_});
    EXPECT_TRUE(registers.has_value());
    if (registers) unwinder.unwind({Pid{pid_}, Tid{pid_}, registers->ip, registers->frame}, most, stack);
    return stack;
  }

 private:
  const pid_t pid_;
  bool stopped_ = false;
};

bool passes_through(const std::vector<std::uint64_t>& stack, int (*function)(volatile int*)) {
  constexpr std::uint64_t longest = 256;
  const auto begin = reinterpret_cast<std::uint64_t>(function);
  return std::any_of(stack.begin(), stack.end(), [&](std::uint64_t address) { return address > begin && address - begin < longest; });
}

TEST(Unwinder, FramePointersLeadToTheCallers) {
  const StoppedChild child;
  const auto stack = child.stack_by(*make_frame_pointer_unwinder());
  EXPECT_TRUE(passes_through(stack, middle));
  EXPECT_TRUE(passes_through(stack, outermost));
}

TEST(Unwinder, CallFrameInformationShowsEveryCaller) {
  const StoppedChild child;
  const auto stack = child.stack_by(*make_dwarf_unwinder());
  EXPECT_TRUE(passes_through(stack, innermost));
  EXPECT_TRUE(passes_through(stack, middle));
  EXPECT_TRUE(passes_through(stack, outermost));
}

TEST(Unwinder, StopsAtTheLimit) {
  const StoppedChild child;
  EXPECT_EQ(child.stack_by(*make_frame_pointer_unwinder(), 2).size(), 2u);
  EXPECT_EQ(child.stack_by(*make_dwarf_unwinder(), 2).size(), 2u);
}

TEST(Unwinder, AProcessThatIsGoneLeavesTheInstruction) {
  std::vector<std::uint64_t> stack;
  make_dwarf_unwinder()->unwind({Pid{0x7ffffff0}, Tid{0x7ffffff0}, 0x1234, 0}, 256, stack);
  EXPECT_EQ(stack, std::vector<std::uint64_t>{0x1234});
}

}  // namespace
}  // namespace sysreel::testing
