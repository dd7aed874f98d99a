// Runs small tracees under an engine, the eBPF one unless the suite opens another, and collects what it delivers.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/abi/abi.h"
#include "format/event.h"
#include "recorder/ebpf/ebpf_source.h"

namespace sysreel::testing {

// A call with its memory, kept beyond its delivery.
struct SeenCall {
  Call call;  // without blocks
  struct Copy {
    std::uint64_t address;
    std::string data;
    std::uint32_t wanted;
    Phase phase;
    BlockEnd end;
  };
  std::vector<Copy> blocks;
  std::vector<std::uint64_t> stack;

  std::string name() const {
    const abi::SyscallRow* const row = abi::row_of(call.abi, call.nr);
    return row ? std::string(row->name) : "?";
  }
  // The block at argument `index`, nullptr if there is none.
  const Copy* at(int index, Phase phase) const {
    for (const Copy& block : blocks) {
      if (block.address == call.args[index] && block.phase == phase) return &block;
    }
    return nullptr;
  }
};

// Keeps everything, in order of delivery.
class Collector : public EventSink {
 public:
  void on(const Call& call) override {
    SeenCall seen{call, {}, {call.stack.begin(), call.stack.end()}};
    for (const Block& block : call.blocks) {
      seen.blocks.push_back({block.address, {reinterpret_cast<const char*>(block.data.data()), block.data.size()},
                             block.wanted, block.phase, block.end});
    }
    seen.call.blocks = {};
    seen.call.stack = {};
    order.push_back(seen.name());
    calls.push_back(std::move(seen));
  }
  void on(const Signal& signal) override {
    signals.push_back(signal);
    siginfos.emplace_back(reinterpret_cast<const char*>(signal.siginfo.data()), signal.siginfo.size());
    order.push_back("signal");
  }
  void on(const TaskNew& task) override {
    tasks.push_back(task);
    order.push_back("new");
  }
  void on(const Exec& exec) override {
    execs.push_back(exec);
    exec_paths.emplace_back(exec.path);
    order.push_back("exec");
  }
  void on(const TaskExit& exit) override {
    exits.push_back(exit);
    order.push_back("exit");
  }
  void on(const TaskDetach& detach) override { detached.push_back(detach); }
  void on(const FdFact& fact) override {
    facts.push_back(fact);
    fact_paths.emplace_back(fact.path);
    order.push_back("fact");
  }

  std::vector<const SeenCall*> named(std::string_view name) const {
    std::vector<const SeenCall*> found;
    for (const SeenCall& seen : calls) {
      if (seen.name() == name) found.push_back(&seen);
    }
    return found;
  }

  std::vector<SeenCall> calls;
  std::vector<Signal> signals;
  std::vector<std::string> siginfos;
  std::vector<TaskNew> tasks;
  std::vector<Exec> execs;
  std::vector<std::string> exec_paths;
  std::vector<TaskExit> exits;
  std::vector<TaskDetach> detached;
  std::vector<FdFact> facts;
  std::vector<std::string> fact_paths;
  std::vector<std::string> order;
};

// Counts calls by name without keeping them.
class Counter : public EventSink {
 public:
  void on(const Call& call) override {
    if (call.has(call_hidden)) return;
    ++total;
    ++by_number[raw(call.nr)];
    check(call);
  }
  virtual void check(const Call&) {}

  std::uint64_t total = 0;
  std::unordered_map<int, std::uint64_t> by_number;
};

// A child that runs a function after it has been attached.
class Tracee {
 public:
  explicit Tracee(std::function<int()> body) {
    int gate[2];
    EXPECT_EQ(pipe(gate), 0);
    pid_ = fork();
    if (pid_ == 0) {
      close(gate[1]);
      char go;
      if (read(gate[0], &go, 1) != 1) _exit(99);
      _exit(body());
    }
    close(gate[0]);
    gate_ = gate[1];
  }
  ~Tracee() {
    if (gate_ >= 0) close(gate_);
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  Pid pid() const { return Pid{pid_}; }
  void go() {
    ASSERT_EQ(write(gate_, "g", 1), 1);
    close(gate_);
    gate_ = -1;
  }
  // Waits for its end; returns the wait status.
  int wait() {
    int status = -1;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  int gate_ = -1;
};

inline std::unique_ptr<EventSource> open_source(const RecordOptions& options = {}) {
  auto source = open_ebpf_source(options);
  if (!source) {
    ADD_FAILURE() << source.error().message;
    return nullptr;
  }
  return std::move(*source);
}

// Polls until no traced task is left.
inline void poll_to_end(EventSource& source, EventSink& sink) {
  for (int i = 0; i < 20000; ++i) {
    auto state = source.poll(sink, Nanos{100'000'000});
    ASSERT_TRUE(state) << state.error().message;
    if (*state == SourceState::ended) return;
  }
  FAIL() << "the source never ended";
}

// Records a function that runs in a child, from its attach to its end.
inline void record(EventSink& sink, std::function<int()> body, const RecordOptions& options = {}) {
  Tracee tracee(std::move(body));
  auto source = open_source(options);
  ASSERT_TRUE(source);
  ASSERT_TRUE(source->attach(tracee.pid()));
  tracee.go();
  poll_to_end(*source, sink);
  tracee.wait();
  const auto stopped = source->stop(sink);
  ASSERT_TRUE(stopped);
}

inline abi::SyscallSet only(std::string_view expression) {
  auto set = abi::parse_syscall_set(expression);
  EXPECT_TRUE(set);
  return *set;
}

inline int number(std::string_view name) { return raw(*abi::number_of(Abi::x86_64, name)); }

// Memory that a tracee shares with the test.
template <typename T>
T* shared() {
  void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return new (memory) T();
}

}  // namespace sysreel::testing
