// What happened: one plain struct for each kind of event. Engines produce them, the reel stores them, analyzers consume them.
//
// Spans point into memory of whoever delivers the event and are valid until the sink returns; a sink that keeps
// an event copies what it needs (OwnedEvents in format/owned_event.h keeps them whole).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "format/ids.h"

namespace sysreel {

using ByteSpan = std::span<const std::byte>;

// --- system calls ----------------------------------------------------------------------------------------------------

// When a block of the tracee's memory was copied.
enum class Phase : std::uint8_t { entry, exit };

// Why a block is shorter than what was wanted.
enum class BlockEnd : std::uint8_t {
  whole,  // nothing is missing: all `wanted` bytes, or a string with its NUL
  limit,  // cut by the capture limit (-s, PATH_MAX, the record's size)
  fault   // the tracee's memory ended here (EFAULT); `data` is what could be read, perhaps nothing
};

// Bytes of the tracee's memory, copied during one call. All blocks of a call together are a sparse image of memory at
// entry and one at exit, which renderers read by address as a debugger would.
struct Block {
  std::uint64_t address = 0;  // in the tracee
  ByteSpan data{};              // what was copied, from `address` on
  std::uint32_t wanted = 0;   // bytes the capture plan asked for; for strings the limit
  Phase phase = Phase::entry;
  BlockEnd end = BlockEnd::whole;
};

// Facts about a call that are true or not. A set of bits.
enum CallFlag : std::uint16_t {
  call_in_flight = 1 << 0,      // not finished when recorded: no result, no exit blocks, duration is "so far"
  call_start_unknown = 1 << 1,  // it was in flight when recording began: `start` is when it was found
  call_no_entry = 1 << 2,       // exit without an entry (denied by seccomp before sys_enter): args are those at exit
  call_no_result = 1 << 3,      // it ended without a result: exit, exit_group, killed inside; print "?"
  call_hidden = 1 << 4,         // outside the filter; kept because it changes fds, mappings or tasks; never shown or counted
  call_no_duration = 1 << 5,    // recorded without the clock at entry: `start` equals the end
  call_late_input = 1 << 6,     // inputs were read at exit (see FORMAT.md): another thread may have changed them meanwhile
  call_by_sigreturn = 1 << 7,   // the result is the one restored by rt_sigreturn
  call_unreadable = 1 << 8,     // the task was killed at its entry: which call it was is unknown. Live only, reels have none
};

// Whether a result is an error as the kernel returns it: -errno, which is in [-4095, -1] (include/linux/err.h), restart
// codes included.
constexpr bool is_error(std::int64_t result) { return result < 0 && result >= -4095; }

// One system call, from entry to exit.
struct Call {
  Pid pid{};
  Tid tid{};  // at entry; an execve by a non-leader thread leaves under another tid (see Exec)
  Nanos start{};
  Nanos duration{};
  Nanos on_cpu{-1};  // time spent on a CPU inside the call; negative: not measured
  Abi abi = Abi::x86_64;
  std::uint16_t flags = 0;  // CallFlag
  SyscallNr nr{};
  std::array<std::uint64_t, 6> args{};  // raw registers at entry, zero-extended for 32-bit ABIs; a reel keeps declared ones only
  std::int64_t result = 0;              // as the kernel returns it: -errno on failure
  std::uint64_t ip = 0;                 // user instruction pointer at the call; 0: not recorded
  std::uint64_t sp = 0;                 // user stack pointer; known to engines only, for Extent::stack; reels do not keep it
  std::span<const Block> blocks{};
  std::span<const std::uint64_t> stack{};  // user return addresses, innermost first; empty: not recorded

  bool has(CallFlag flag) const { return (flags & flag) != 0; }
  // It ended, and with an error. A call without a result has neither failed nor succeeded.
  bool failed() const { return !has(call_no_result) && !has(call_in_flight) && is_error(result); }
  Nanos end() const { return start + duration; }
};

// --- signals ---------------------------------------------------------------------------------------------------------

enum class SignalStage : std::uint8_t {
  generated,  // sent: by whom is in sender_*
  delivered,  // taken by the receiving thread
  ignored,    // dropped because the receiver ignores it; its time is when the receiver would have taken it
};

struct Signal {
  Pid pid{};  // of the receiver
  Tid tid{};
  Nanos time{};
  SignalStage stage = SignalStage::delivered;
  Abi abi = Abi::x86_64;  // of the receiver; `siginfo` is always in the layout of the kernel's native ABI
  std::int32_t signo = 0;
  ByteSpan siginfo{};       // raw siginfo_t, up to 128 bytes; may be shorter; empty: not known
  Pid sender_pid{};       // task that was running when the signal was generated; 0: unknown
  Tid sender_tid{};
  std::string_view sender_comm{};      // its name; empty: unknown
  std::uint32_t sender_call = 0;     // 1 + the number of the call it was in, of the native ABI; 0: none, or unknown
  std::uint64_t ip = 0;   // of the receiver, 0: unknown
  ByteSpan fault{};         // of a fault or an abort that is delivered: registers, code and more; see format/fault.h
  std::span<const std::uint64_t> stack{};
};

// A thread stopped by job control, or continued. Only the ptrace engine sees these.
struct JobStop {
  Pid pid{};
  Tid tid{};
  Nanos time{};
  std::int32_t signo = 0;  // SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU
};

// --- tasks -----------------------------------------------------------------------------------------------------------

enum class TaskOrigin : std::uint8_t {
  launched,  // the recorded command itself
  attached,  // existed when recording began
  created,   // forked or cloned while recorded
};

// A thread came into the recording.
struct TaskNew {
  Pid pid{};
  Tid tid{};
  Nanos time{};
  TaskOrigin origin = TaskOrigin::created;
  Pid parent_pid{};  // creator; 0 for attached tasks
  Tid parent_tid{};
  std::uint64_t clone_flags = 0;  // 0: not known
  std::string_view comm{};
};

// A process successfully replaced its program. All its other threads are gone; the caller goes on as the leader.
struct Exec {
  Pid pid{};         // of the process
  Tid tid{};         // after the call: equal to the pid
  Tid former_tid{};  // of the thread that called it
  Nanos time{};
  std::string_view path{};  // as the kernel resolved it, empty if unknown
};

// A thread ended.
struct TaskExit {
  Pid pid{};
  Tid tid{};
  Nanos time{};
  std::int32_t status = 0;  // as wait4(2) would report it for this thread
  bool whole_process = false;  // it was the last thread of the process
};

// Recording of a thread ended although it lives on (detached).
struct TaskDetach {
  Pid pid{};
  Tid tid{};
  Nanos time{};
};

// --- state around the calls ------------------------------------------------------------------------------------------

enum class FdKind : std::uint8_t { unknown, file, directory, char_device, block_device, fifo, socket, symlink, anon };

enum class FdCause : std::uint8_t {
  snapshot,  // found open when recording began, or at a checkpoint
  call,      // made, or changed (bind, connect), by a call of this thread
  closed     // known to be gone (close_range, exec of a close-on-exec fd)
};

// What a file descriptor is. Numbers as stat(2) and the kernel's headers define them.
struct FdFact {
  Pid pid{};
  Tid tid{};
  Nanos time{};
  std::int32_t fd = -1;
  FdCause cause = FdCause::call;
  FdKind kind = FdKind::unknown;
  bool late = false;  // looked up after the call had ended, so it may describe a successor
  std::uint32_t mode = 0;        // st_mode
  std::uint64_t device = 0;      // st_dev, as makedev(3) encodes it
  std::uint64_t inode = 0;
  std::uint64_t special = 0;     // st_rdev of a device
  std::uint32_t open_flags = 0;  // O_*
  std::uint64_t offset = 0;
  std::string_view path{};         // the text of /proc/PID/fd/N: "/etc/passwd", "socket:[123]", "anon_inode:[eventfd]"
  std::uint16_t family = 0;      // AF_*: sockets only, as everything below
  std::uint16_t socket_type = 0;
  std::uint16_t protocol = 0;
  ByteSpan local{};                // sockaddr
  ByteSpan peer{};                 // sockaddr
  // Details for -yy that have no field: "pid:123" of a pidfd; "peer:124" of a unix socket; of an eventfd
  // and a signalfd what stands in angle brackets: "{eventfd-count=0x1, eventfd-id=3, eventfd-semaphore=0}".
  std::string_view extra{};
};

// What was read at the start about a process, kept as the kernel printed it.
enum class SnapshotKind : std::uint8_t {
  command_line,  // /proc/PID/cmdline
  executable,    // link of /proc/PID/exe
  cwd,           // link of /proc/PID/cwd
  root,          // link of /proc/PID/root
  comm,          // /proc/PID/task/TID/comm
  maps,
  status,
  limits,
  cgroup,
  auxv,
  oom_score_adj,
  mountinfo,
  cgroup_memory,  // limits and OOM counters, one "name value" a line
  pressure,       // PSI
  container,      // hints: runtime and id, as found in cgroup paths and marker files
  statm,          // sampled over time
  build_id,       // "path<TAB>hex" a line
  kernel_log,     // lines of the kernel's log around a death, as /dev/kmsg has them
  call_tallies,   // where calls are only counted: those since the last such snapshot (format/call_tally.h)
  filtered,       // how many calls did not pass the filter, as a decimal number; at the end
  memory_layout,  // where an execve put program, heap and stack, one "name first last" a line
  oom_victim,     // the OOM killer chose this process: its memory at that moment, one "name value" a line
};

struct Snapshot {
  Pid pid{};
  Tid tid{};
  Nanos time{};
  SnapshotKind kind = SnapshotKind::command_line;
  ByteSpan data{};
};

// Relates the clock of the events to wall-clock time; sampled about once a second, so that a clock step is visible.
struct ClockSample {
  Nanos time{};
  Nanos realtime{};  // CLOCK_REALTIME at `time`
};

// --- loss and the end ------------------------------------------------------------------------------------------------

enum class LossCause : std::uint8_t {
  ring_full,       // the consumer was too slow
  no_storage,      // the kernel had no memory for the task's state
  recursion,       // the program was interrupted by itself
  too_large,       // the record did not fit
  writer,          // the recorder could not write (disk full or failed)
  damaged,         // a reader could not decode a chunk
  stalled,         // the rings filled while the recorder waited for its output
};
inline constexpr std::size_t loss_cause_count = 7;

// `count` calls (or, of `signals_and_tasks`, other events) happened and are not in the reel.
struct Loss {
  Nanos from{};
  Nanos to{};
  LossCause cause = LossCause::ring_full;
  std::uint64_t count = 0;
  bool signals_and_tasks = false;
};

enum class EndReason : std::uint8_t {
  unknown,         // the recorder did not live to say
  target_ended,
  interrupted,     // SIGINT or SIGTERM to the recorder
  duration,        // a limit was reached
  size,
  events,
  free_space,
  output_failed,
  engine_failed,
  rotated,
  memory,          // the recorder's own
  triggered,       // a flight recorder wrote what it had, because of what the message says
  requested,       // the same, because somebody asked for it
};

// The last event of a recording.
struct End {
  Nanos time{};
  EndReason reason = EndReason::unknown;
  std::int32_t command_status = -1;  // wait status of the launched command; -1: none, or it lives
  std::string_view message{};
};

// --- delivery --------------------------------------------------------------------------------------------------------

// Takes events one at a time. What a sink does not care for it leaves as it is.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const Call&) {}
  virtual void on(const Signal&) {}
  virtual void on(const JobStop&) {}
  virtual void on(const TaskNew&) {}
  virtual void on(const Exec&) {}
  virtual void on(const TaskExit&) {}
  virtual void on(const TaskDetach&) {}
  virtual void on(const FdFact&) {}
  virtual void on(const Snapshot&) {}
  virtual void on(const ClockSample&) {}
  virtual void on(const Loss&) {}
  virtual void on(const End&) {}
};

}  // namespace sysreel
