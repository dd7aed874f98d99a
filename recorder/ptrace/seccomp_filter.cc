#include "recorder/ptrace/seccomp_filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cstddef>

#include "recorder/capture_plan.h"

namespace sysreel {
namespace {

constexpr std::uint32_t x32_bit = 0x40000000;

sock_filter statement(std::uint16_t code, std::uint32_t k) { return {code, 0, 0, k}; }
sock_filter jump(std::uint16_t code, std::uint32_t k, std::uint8_t if_true, std::uint8_t if_false) {
  return {static_cast<std::uint16_t>(BPF_JMP | code | BPF_K), if_true, if_false, k};
}

const sock_filter to_tracer = statement(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
const sock_filter pass = statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

// Adds "if first <= number <= last, to the tracer".
void add_range(std::vector<sock_filter>& program, std::uint32_t first, std::uint32_t last) {
  program.push_back(jump(BPF_JGE, first, 0, 2));
  program.push_back(jump(BPF_JGT, last, 1, 0));
  program.push_back(to_tracer);
}

// Adds the recorded calls of one table as ranges of numbers; what no range holds falls through to the end.
void add_table(std::vector<sock_filter>& program, const CapturePlan& plan, Abi abi, std::uint32_t base) {
  const std::uint32_t size = abi::table_size(abi);
  std::uint32_t nr = 0;
  while (nr < size) {
    const auto kept = [&](std::uint32_t number) {
      return plan.keep(abi, SyscallNr{static_cast<std::int32_t>(base + number)}) != Keep::no;
    };
    if (!kept(nr)) {
      ++nr;
      continue;
    }
    const std::uint32_t first = nr;
    while (nr < size && kept(nr)) ++nr;
    add_range(program, base + first, base + nr - 1);
  }
  program.push_back(pass);
}

// Adds a table that only calls of one architecture reach.
void add_architecture(std::vector<sock_filter>& program, std::uint32_t arch, const std::vector<sock_filter>& table) {
  program.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
  program.push_back(jump(BPF_JEQ, arch, 1, 0));
  program.push_back(statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(table.size()) + 1));
  program.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  program.insert(program.end(), table.begin(), table.end());
}

}  // namespace

std::vector<sock_filter> seccomp_filter_for(const RecordOptions& options) {
  const CapturePlan plan(options);
  std::vector<sock_filter> program;
#if defined(__x86_64__)
  std::vector<sock_filter> native;
  add_table(native, plan, Abi::x86_64, 0);
  native.pop_back();
  add_table(native, plan, Abi::x32, x32_bit);
  std::vector<sock_filter> compat;
  add_table(compat, plan, Abi::i386, 0);
  add_architecture(program, AUDIT_ARCH_X86_64, native);
  add_architecture(program, AUDIT_ARCH_I386, compat);
#else
  std::vector<sock_filter> native;
  add_table(native, plan, Abi::aarch64, 0);
  add_architecture(program, AUDIT_ARCH_AARCH64, native);
#endif
  program.push_back(to_tracer);
  return program;
}

}  // namespace sysreel
