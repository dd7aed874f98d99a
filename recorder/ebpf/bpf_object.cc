#include "recorder/ebpf/bpf_object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "format/unique_fd.h"
#include "recorder/ebpf/bpf_filter.h"
#include "recorder/ebpf/libbpf_words.h"
#include "recorder/ebpf/sysreel.skel.h"
#include "recorder/event_source.h"

namespace sysreel {
namespace {

constexpr std::uint64_t mebibyte = 1u << 20;
constexpr std::uint64_t largest_default_ring = 16 * mebibyte;
constexpr std::uint64_t default_rings_sum = 64 * mebibyte;

// Bytes of one ring: a power of two, so that all rings together keep to the bound.
std::uint64_t ring_size_for(std::uint64_t budget, unsigned cpus) {
  const std::uint64_t share = budget ? budget / cpus : std::min(largest_default_ring, default_rings_sum / cpus);
  return std::max<std::uint64_t>(std::bit_floor(share), SR_RING_MIN);
}

std::uint64_t whole_pages(std::uint64_t bytes) {
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

std::uint64_t misses_of(const bpf_program* program) {
  bpf_prog_info info{};
  __u32 size = sizeof info;
  if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) != 0) return 0;
  return info.recursion_misses;
}

// libbpf's callback: `context` points to the taker of the moment.
int take_event(void* context, void* data, std::size_t size) {
  const auto* const taker = *static_cast<const BpfObject::EventTaker**>(context);
  if (taker) (*taker)({static_cast<const std::byte*>(data), size});
  return 0;
}

bool any_new(const std::vector<sr_seen>& seen) {
  return std::any_of(seen.begin(), seen.end(), [](const sr_seen& one) { return (one.flags & SR_SEEN_NEW) != 0; });
}

}  // namespace

Result<std::unique_ptr<BpfObject>> BpfObject::load(const RecordOptions& options, const BpfPlan& plan) {
  keep_libbpf_words();
  std::unique_ptr<BpfObject> object(new BpfObject);
  object->skeleton_ = sysreel_bpf__open();
  if (!object->skeleton_) return Error::from_errno("opening the BPF programs", errno);
  if (auto done = object->configure(options, plan); !done) return done.error();
  if (const int status = sysreel_bpf__load(object->skeleton_); status != 0) {
    Error error = Error::from_errno("loading the BPF programs", -status);
    if (const std::string reason = reason_in(libbpf_words()); !reason.empty()) error.message += " (" + reason + ")";
    return error;
  }
  if (auto done = object->fill_variants(plan); !done) return done.error();
  if (auto done = object->map_rings(); !done) return done.error();
  if (auto done = object->iterate(object->skeleton_->progs.learn_namespace); !done) return done.error();
  return object;
}

Result<void> BpfObject::configure(const RecordOptions& options, const BpfPlan& plan) {
  // A record names its CPU by number, so the rings reach up to the highest one that is online.
  const int possible = libbpf_num_possible_cpus();
  if (possible <= 0) return Error::from_errno("counting the CPUs", -possible);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  const long configured = sysconf(_SC_NPROCESSORS_CONF);
  cpus_ = static_cast<unsigned>(online == configured ? online : possible);
  counts_only_ = options.counts_only;
  ring_size_ = ring_size_for(options.buffer_bytes, cpus_);
  slot_size_ = whole_pages(SR_CONTROL_SIZE + ring_size_ + SR_RING_PAD);

  auto& constants = *skeleton_->rodata;
  constants.ring_mask = ring_size_ - 1;
  constants.wake_mask = wake_size() - 1;
  constants.with_durations = options.durations;
  constants.with_entries = options.announce_entries;
  constants.with_stacks = options.stacks;
  constants.with_crash_stack = options.crash_stack;
  constants.judging = options.failed_only || options.filter.any();
  constants.failed_only = options.failed_only;
  constants.filters = options.filter.any();
  constants.filter = filter_of(options.filter);
  constants.joining = joining_of(options.joining);
  constants.strict_filter = options.strict_filter;
  constants.time_every_call = options.exact;
  timespec tick{};
  clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
  constants.tick_ns = static_cast<__u64>(tick.tv_nsec);
  constants.follow_forks = options.follow_forks;
  constants.follow_threads = options.follow_threads;
  std::copy(plan.plans.begin(), plan.plans.end(), constants.plans);
  std::copy(plan.ops.begin(), plan.ops.end(), constants.ops);
  std::copy(plan.quick_ops.begin(), plan.quick_ops.end(), constants.quick_ops);

  const std::uint64_t events = std::clamp<std::uint64_t>(ring_size_ / 4, SR_RING_MIN, 4 * mebibyte);
  int status = bpf_map__set_value_size(skeleton_->maps.rings, static_cast<__u32>(slot_size_));
  if (status == 0) status = bpf_map__set_max_entries(skeleton_->maps.rings, cpus_);
  if (status == 0) status = bpf_map__set_max_entries(skeleton_->maps.events, static_cast<__u32>(events));
  if (status == 0) status = bpf_map__set_max_entries(skeleton_->maps.seen, options.filter.sample > 1 ? SR_PLAN_COUNT : 1);
  if (status == 0) status = bpf_map__set_max_entries(skeleton_->maps.tallies, counts_only_ ? SR_PLAN_COUNT * cpus_ : 1);
  if (status == 0) status = bpf_map__set_max_entries(skeleton_->maps.variants, static_cast<__u32>(plan.variants.size() + 1));
  if (status != 0) return Error::from_errno("sizing the BPF maps", -status);
  const auto& programs = skeleton_->progs;
  for (bpf_program* const unused : counts_only_ ? std::array{programs.on_sys_enter, programs.on_sys_exit}
                                                : std::array{programs.tally_enter, programs.tally_exit}) {
    bpf_program__set_autoload(unused, false);
  }
  return {};
}

Result<void> BpfObject::fill_variants(const BpfPlan& plan) {
  const int fd = bpf_map__fd(skeleton_->maps.variants);
  for (const auto& [key, signature] : plan.variants) {
    const int status = bpf_map_update_elem(fd, &key, &signature, BPF_NOEXIST);
    // The first of two equal keys holds, as in the rows.
    if (status != 0 && status != -EEXIST) return Error::from_errno("filling the table of variants", -status);
  }
  return {};
}

Result<void> BpfObject::map_rings() {
  void* const memory = mmap(nullptr, slot_size_ * cpus_, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(skeleton_->maps.rings), 0);
  if (memory == MAP_FAILED) return Error::from_errno("mapping the rings", errno);
  rings_ = static_cast<std::byte*>(memory);
  if (counts_only_) {
    tally_bytes_ = whole_pages(sizeof(sr_tally) * SR_PLAN_COUNT * cpus_);
    void* const tallies = mmap(nullptr, tally_bytes_, PROT_READ, MAP_SHARED, bpf_map__fd(skeleton_->maps.tallies), 0);
    if (tallies == MAP_FAILED) return Error::from_errno("mapping the tallies", errno);
    tallies_ = static_cast<const sr_tally*>(tallies);
  }
  events_ = ring_buffer__new(bpf_map__fd(skeleton_->maps.events), take_event, &taker_, nullptr);
  if (!events_) return Error::from_errno("mapping the event buffer", errno);
  return {};
}

BpfObject::~BpfObject() {
  detach();
  if (events_) ring_buffer__free(events_);
  if (rings_) munmap(rings_, slot_size_ * cpus_);
  if (tallies_) munmap(const_cast<sr_tally*>(tallies_), tally_bytes_);
  if (skeleton_) sysreel_bpf__destroy(skeleton_);
}

Result<void> BpfObject::attach() {
  auto& programs = skeleton_->progs;
  // Tasks first, calls last: whatever is seen of a call, its task is known.
  for (bpf_program* program : {programs.on_fork, programs.on_exit, programs.on_exec, programs.on_signal_generate,
                               programs.on_signal_deliver, counts_only_ ? programs.tally_exit : programs.on_sys_exit,
                               counts_only_ ? programs.tally_enter : programs.on_sys_enter}) {
    bpf_link* const link = bpf_program__attach(program);
    if (!link) return Error::from_errno(std::string("attaching ") + bpf_program__name(program), errno);
    links_.push_back(link);
  }
  // Evidence alone: without it a recording is good, and a reader says what is missing.
  if (bpf_link* const link = bpf_program__attach(programs.on_mark_victim)) links_.push_back(link);
  return {};
}

void BpfObject::begin_no_more() { __atomic_store_n(&skeleton_->bss->stopping, 1, __ATOMIC_SEQ_CST); }

void BpfObject::detach() {
  if (links_.empty()) return;
  begin_no_more();
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) bpf_link__destroy(*link);
  links_.clear();
}

Result<std::vector<sr_seen>> BpfObject::iterate(bpf_program* program) {
  bpf_link* const link = bpf_program__attach_iter(program, nullptr);
  if (!link) return Error::from_errno("attaching the task iterator", errno);
  const UniqueFd fd(bpf_iter_create(bpf_link__fd(link)));
  const int saved = errno;
  bpf_link__destroy(link);
  if (!fd) return Error::from_errno("starting the task iterator", saved);
  std::vector<sr_seen> all;
  std::size_t filled = 0;  // bytes
  while (true) {
    all.resize(filled / sizeof(sr_seen) + 256);
    const ssize_t got = ::read(fd.get(), reinterpret_cast<std::byte*>(all.data()) + filled, all.size() * sizeof(sr_seen) - filled);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return Error::from_errno("reading the task iterator", errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  all.resize(filled / sizeof(sr_seen));
  return all;
}

Result<std::vector<sr_seen>> BpfObject::mark(Pid pid, bool launching) {
  auto& shared = *skeleton_->bss;
  const auto tgid = static_cast<__u32>(raw(pid));
  const __u32 yes = 1;
  const int map = bpf_map__fd(skeleton_->maps.attaching);
  if (const int status = bpf_map_update_elem(map, &tgid, &yes, BPF_ANY); status != 0) {
    return Error::from_errno("noting the process to attach", -status);
  }
  __atomic_fetch_add(&shared.attaching_count, 1, __ATOMIC_SEQ_CST);
  shared.mark_tgid = tgid;
  shared.mark_launching = launching;
  std::vector<sr_seen> all;
  Result<std::vector<sr_seen>> pass = iterate(skeleton_->progs.mark_tasks);
  while (pass && any_new(*pass)) {
    all.insert(all.end(), pass->begin(), pass->end());
    pass = iterate(skeleton_->progs.mark_tasks);
  }
  shared.mark_tgid = 0;
  __atomic_fetch_sub(&shared.attaching_count, 1, __ATOMIC_SEQ_CST);
  bpf_map_delete_elem(map, &tgid);
  if (!pass) return pass.error();
  return all;
}

Result<std::vector<sr_seen>> BpfObject::calls_in_flight() { return iterate(skeleton_->progs.show_calls); }

sr_ring_control& BpfObject::control(unsigned cpu) const {
  return *reinterpret_cast<sr_ring_control*>(rings_ + cpu * slot_size_);
}

const sr_tally& BpfObject::tally(unsigned cpu, unsigned plan) const { return tallies_[cpu * SR_PLAN_COUNT + plan]; }

const std::byte* BpfObject::data(unsigned cpu) const { return rings_ + cpu * slot_size_ + SR_CONTROL_SIZE; }

bool BpfObject::wait(int milliseconds) const {
  epoll_event event{};
  return epoll_wait(ring_buffer__epoll_fd(events_), &event, 1, milliseconds) >= 0 || errno != EINTR;
}

void BpfObject::take_events(const EventTaker& taker) {
  taker_ = &taker;
  ring_buffer__consume(events_);
  taker_ = nullptr;
}

std::int64_t BpfObject::live_tasks() const { return __atomic_load_n(&skeleton_->bss->live_tasks, __ATOMIC_SEQ_CST); }
std::uint64_t BpfObject::lost_without_ring() const { return skeleton_->bss->lost_without_ring; }
std::uint64_t BpfObject::lost_events(unsigned cause) const { return skeleton_->bss->lost_events[cause]; }
std::uint64_t BpfObject::missed_exits() const {
  return misses_of(counts_only_ ? skeleton_->progs.tally_exit : skeleton_->progs.on_sys_exit);
}


std::uint64_t BpfObject::missed_events() const {
  const auto& programs = skeleton_->progs;
  std::uint64_t sum = 0;
  for (const bpf_program* program :
       {programs.on_fork, programs.on_exit, programs.on_exec, programs.on_signal_generate, programs.on_signal_deliver,
        programs.on_mark_victim}) {
    sum += misses_of(program);
  }
  return sum;
}

}  // namespace sysreel
