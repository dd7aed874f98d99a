// The loaded BPF programs: built for the options of one recording, attached, read through and detached.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "format/ids.h"
#include "format/result.h"
#include "recorder/ebpf/bpf_plan.h"
#include "recorder/ebpf/record.h"

struct bpf_link;
struct bpf_program;
struct ring_buffer;
struct sysreel_bpf;

namespace sysreel {

// Owns every program, map and link; nothing is pinned, so that they vanish with the process, however it ends.
// Used by one thread.
class BpfObject {
 public:
  // Takes an event of the shared ring buffer: an sr_event, and for an exec its path behind it.
  using EventTaker = std::function<void(std::span<const std::byte>)>;

  // Loads the programs. Fails with what the kernel said and what would help.
  static Result<std::unique_ptr<BpfObject>> load(const RecordOptions& options, const BpfPlan& plan);
  ~BpfObject();
  BpfObject(const BpfObject&) = delete;
  BpfObject& operator=(const BpfObject&) = delete;

  // Attaches the programs to their tracepoints. From here on marked tasks are recorded.
  Result<void> attach();
  // No call is recorded that begins from now on, on any CPU; those that have begun are, while the programs are attached.
  void begin_no_more();
  // Takes the programs off their tracepoints. Rings and events stay readable.
  void detach();

  // Marks the threads of a process, until a pass finds no more; `launching`: record from its first successful execve on.
  Result<std::vector<sr_seen>> mark(Pid pid, bool launching);
  // Every traced task that is in a call.
  Result<std::vector<sr_seen>> calls_in_flight();

  // The rings, by CPU: control page, then data.
  unsigned cpus() const { return cpus_; }
  sr_ring_control& control(unsigned cpu) const;
  const std::byte* data(unsigned cpu) const;
  std::uint64_t ring_size() const { return ring_size_; }
  // So many bytes of a ring are reason to look before the time has come; a power of two.
  std::uint64_t wake_size() const { return ring_size_ / 4; }

  // What was counted of the call with that place in the plan, on that CPU. Only where RecordOptions::counts_only.
  const sr_tally& tally(unsigned cpu, unsigned plan) const;

  // Waits up to `milliseconds` for a wake-up. Returns false if a signal ended the wait.
  bool wait(int milliseconds) const;
  // Hands over what is in the shared ring buffer.
  void take_events(const EventTaker& taker);

  std::int64_t live_tasks() const;
  std::uint64_t lost_without_ring() const;
  std::uint64_t lost_events(unsigned cause) const;
  // Runs of a program that the kernel refused because it was already running on that CPU: of the exit program, of all
  // programs that make events.
  std::uint64_t missed_exits() const;
  std::uint64_t missed_events() const;

 private:
  BpfObject() = default;
  Result<void> configure(const RecordOptions& options, const BpfPlan& plan);
  Result<void> fill_variants(const BpfPlan& plan);
  Result<void> map_rings();
  Result<std::vector<sr_seen>> iterate(bpf_program* program);

  sysreel_bpf* skeleton_ = nullptr;
  std::vector<bpf_link*> links_;
  ring_buffer* events_ = nullptr;
  const EventTaker* taker_ = nullptr;
  std::byte* rings_ = nullptr;
  std::uint64_t ring_size_ = 0;
  std::uint64_t slot_size_ = 0;
  unsigned cpus_ = 0;
  bool counts_only_ = false;
  const sr_tally* tallies_ = nullptr;  // only then: by CPU, then by plan
  std::uint64_t tally_bytes_ = 0;
};

}  // namespace sysreel
