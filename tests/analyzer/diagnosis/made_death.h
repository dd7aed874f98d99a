// Makes a process live and die for a test of the diagnosis: events as an engine would deliver them.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/diagnosis/diagnosis.h"
#include "format/fault.h"
#include "tests/analyzer/render.h"

namespace sysreel::testing {

constexpr std::uint64_t stack_top = 0x7ffffffff000, mapped_at = 0x7f0000000000;

// One process, "victim" with pid 7, unless another one is asked for.
class MadeDeath {
 public:
  explicit MadeDeath(std::string filter = "") {
    header_.native_abi = Abi::x86_64;
    header_.engine = "ebpf";
    header_.filter = std::move(filter);
    diagnosis_.begin(header_);
    birth(7, "victim");
  }

  MadeDeath& birth(int pid, std::string_view name, int parent = 1) {
    TaskNew task{.pid = Pid{pid}, .tid = Tid{pid}, .time = now(), .parent_pid = Pid{parent}, .comm = name};
    diagnosis_.on(task);
    return *this;
  }
  MadeDeath& call(CallBuilder builder) {
    Call event = builder.event();
    event.pid = Pid{7};
    event.tid = Tid{7};
    event.start = now();
    diagnosis_.on(event);
    return *this;
  }
  MadeDeath& anonymous(std::uint64_t length, std::uint64_t protection, std::uint64_t address = mapped_at) {
    CallBuilder mmap("mmap", {0, length, protection, 0x22, ~std::uint64_t{0}, 0});
    return call(mmap.returns(static_cast<std::int64_t>(address)));
  }
  MadeDeath& fact(const FdFact& fact) {
    diagnosis_.on(fact);
    return *this;
  }
  MadeDeath& snapshot(SnapshotKind kind, std::string_view text) {
    diagnosis_.on(Snapshot{Pid{7}, Tid{7}, now(), kind, std::as_bytes(std::span(text))});
    return *this;
  }
  MadeDeath& lose(std::uint64_t count, bool others = false) {
    diagnosis_.on(Loss{.count = count, .signals_and_tasks = others});
    return *this;
  }

  // A signal on its way. `call` is the number of the call that the sender is in, -1: none.
  MadeDeath& sent(int signo, int code, int sender, std::string_view name, int call = -1) {
    std::array<std::byte, 48> info = siginfo(signo, code);
    Signal signal{
        .pid = Pid{7}, .tid = Tid{7}, .time = now(), .stage = SignalStage::generated, .signo = signo, .siginfo = info};
    signal.sender_pid = Pid{sender};
    signal.sender_comm = name;
    signal.sender_call = static_cast<std::uint32_t>(call + 1);
    diagnosis_.on(signal);
    return *this;
  }

  // A fault as the thread takes it. Registers are 0 but for those given.
  struct Taken {
    int signo = 11;
    int code = 1;
    std::uint64_t address = 0;
    std::uint32_t trap = 14;
    std::uint64_t error = 6;
    std::uint64_t ip = 0x401000;
    std::uint64_t sp = stack_top - 4096;
    bool trap_known = true;
    std::vector<unsigned char> code_bytes{};  // from the instruction on
  };
  MadeDeath& takes(const Taken& taken) {
    Fault fault;
    fault.trap_known = taken.trap_known;
    fault.trap = taken.trap;
    fault.error_code = taken.error;
    fault.address = taken.address;
    fault.registers[static_cast<std::size_t>(X86Register::ip)] = taken.ip;
    fault.registers[static_cast<std::size_t>(X86Register::sp)] = taken.sp;
    fault.code_address = taken.ip;
    fault.code = std::as_bytes(std::span(taken.code_bytes));
    const std::vector<std::byte> bytes = encode_fault(fault);
    std::array<std::byte, 48> info = siginfo(taken.signo, taken.code);
    std::memcpy(info.data() + 16, &taken.address, sizeof taken.address);
    Signal signal{.pid = Pid{7},
                  .tid = Tid{7},
                  .time = now(),
                  .stage = SignalStage::delivered,
                  .signo = taken.signo,
                  .siginfo = info};
    signal.ip = taken.ip;
    signal.fault = bytes;
    diagnosis_.on(signal);
    return ends(taken.signo);
  }

  // With a wait status: a signal's number, or an exit code << 8.
  MadeDeath& ends(int status, int pid = 7) {
    diagnosis_.on(TaskExit{Pid{pid}, Tid{pid}, now(), status, true});
    return *this;
  }

  // What the diagnosis has to say. The reel ends here.
  const std::vector<Finding>& findings() {
    if (!finished_) diagnosis_.finish();
    finished_ = true;
    return diagnosis_.result().findings;
  }
  // The one finding about the victim.
  const Finding& finding() {
    static const Finding none{.sentence = "no finding, or more than one"};
    const Finding* found = nullptr;
    for (const Finding& one : findings()) {
      if (one.pid == Pid{7}) found = found ? &none : &one;
    }
    return found ? *found : none;
  }

 private:
  static std::array<std::byte, 48> siginfo(int signo, int code) {
    std::array<std::byte, 48> info{};
    std::memcpy(info.data(), &signo, sizeof signo);
    std::memcpy(info.data() + 8, &code, sizeof code);
    return info;
  }
  Nanos now() { return {++time_ * 1000}; }

  Header header_;
  Diagnosis diagnosis_;
  std::int64_t time_ = 0;
  bool finished_ = false;
};

}  // namespace sysreel::testing
