#include "recorder/ebpf/bpf_filter.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sysreel {
namespace {

sr_prefix prefix_of(std::string_view text) {
  sr_prefix prefix{};
  std::memcpy(prefix.text, text.data(), std::min(text.size(), sizeof prefix.text));
  std::memset(prefix.mask, 0xff, std::min(text.size(), sizeof prefix.mask));
  return prefix;
}

template <std::size_t N>
void set_bit(__u64 (&bits)[N], std::uint32_t number) {
  if (number < 64 * N) bits[number / 64] |= __u64{1} << (number % 64);
}

// The kernel pads a name with zeros.
void put_comm(std::string_view name, __u64 (&comm)[2]) { std::memcpy(comm, name.data(), std::min(name.size(), sizeof comm - 1)); }

}  // namespace

sr_filter filter_of(const ExitFilter& wanted) {
  sr_filter filter{};
  filter.slower_than = static_cast<__u64>(wanted.slower_than.value);
  filter.sample = wanted.sample;
  filter.by_errno = !wanted.errnos.empty();
  for (const int error : wanted.errnos) set_bit(filter.errnos, static_cast<std::uint32_t>(error));
  filter.by_fd = !wanted.fds.empty();
  for (const std::uint32_t fd : wanted.fds) set_bit(filter.fds, fd);
  filter.by_uid = wanted.uid.has_value();
  filter.uid = wanted.uid.value_or(0);
  filter.by_comm = wanted.comm.has_value();
  if (wanted.comm) put_comm(*wanted.comm, filter.comm);
  if (wanted.cgroup) {
    filter.cgroup = wanted.cgroup->id;
    filter.cgroup_level = static_cast<__s32>(wanted.cgroup->level);
  }
  for (const std::string& prefix : wanted.path_prefixes) {
    if (filter.path_count < SR_FILTER_PATHS) filter.paths[filter.path_count++] = prefix_of(prefix);
  }
  return filter;
}

sr_joining joining_of(const Joining& wanted) {
  sr_joining joining{};
  for (const std::string& name : wanted.comms) {
    if (joining.comm_count < SR_JOINING) put_comm(name, joining.comms[joining.comm_count++]);
  }
  for (const CgroupChoice& cgroup : wanted.cgroups) {
    if (joining.cgroup_count == SR_JOINING) break;
    joining.cgroup_levels[joining.cgroup_count] = static_cast<__s32>(cgroup.level);
    joining.cgroups[joining.cgroup_count++] = cgroup.id;
  }
  return joining;
}

}  // namespace sysreel
