// What of the machine and of the output's file system bears on a recording without forbidding an engine by itself.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <sstream>

#include "format/unique_fd.h"
#include "recorder/preflight.h"
#include "recorder/proc.h"
#include "recorder/resource_guard.h"

namespace sysreel {
namespace {

std::string text_of(const PreflightView& view, const char* path) {
  std::string text = proc::read_file(view.root + path).value_or("");
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// The value behind "Name:" in /proc/self/status.
std::string status_field(const PreflightView& view, const char* name) {
  const std::string status = text_of(view, "/proc/self/status");
  const std::size_t at = status.find(name);
  if (at == std::string::npos) return "";
  const std::size_t from = status.find_first_not_of(" \t:", at + std::string_view(name).size());
  return status.substr(from, status.find('\n', from) - from);
}

Finding user_namespace(const PreflightView& view) {
  std::istringstream map(text_of(view, "/proc/self/uid_map"));
  std::uint64_t inside = 0, outside = 0, count = 0;
  map >> inside >> outside >> count;
  if (map && inside == 0 && outside == 0 && count == 4294967295u) return {"user namespace", false, "the machine's own", ""};
  const std::string users = map ? fmt::format("uid {} here is uid {} outside", inside, outside) : "no user of it is one outside";
  return {"user namespace", false, fmt::format("not the machine's own ({}): its capabilities do not reach BPF", users),
          "start the recorder outside of the user namespace (podman: as root; docker: --userns=host), or use --engine ptrace"};
}

Finding seccomp(const PreflightView& view) {
  if (status_field(view, "Seccomp") != "2") return {"seccomp", false, "no filter is in force", ""};
  return {"seccomp", false, "a filter is in force, as containers and services have one: it may refuse bpf(2) or ptrace(2)",
          "if an engine is refused: docker --security-opt seccomp=unconfined; Kubernetes securityContext.seccompProfile.type: Unconfined"};
}

Finding container(const PreflightView& view) {
  const std::string cgroup = text_of(view, "/proc/self/cgroup");
  const auto marked = [&](const char* path) { return ::access((view.root + path).c_str(), F_OK) == 0; };
  const bool kubernetes = cgroup.find("kubepods") != std::string::npos || marked("/var/run/secrets/kubernetes.io");
  if (kubernetes) {
    return {"container", false, "Kubernetes: a pod sees its own processes only, without SYS_PTRACE, BPF and PERFMON",
            "hostPID: true, and securityContext.capabilities.add: [BPF, PERFMON, SYS_PTRACE, SYS_RESOURCE]"};
  }
  if (cgroup.find("docker") != std::string::npos || marked("/.dockerenv")) {
    return {"container", false, "Docker: a container sees its own processes only, without SYS_PTRACE, BPF and PERFMON",
            "docker run --pid host --cap-add BPF --cap-add PERFMON --cap-add SYS_PTRACE --cap-add SYS_RESOURCE"};
  }
  return {"container", false, "none is apparent", ""};
}

Finding unprivileged_bpf(const PreflightView& view) {
  const std::string value = text_of(view, "/proc/sys/kernel/unprivileged_bpf_disabled");
  return {"unprivileged_bpf_disabled", false, value.empty() ? "unknown" : value + (value == "0" ? ": bpf(2) is open, programs still need CAP_BPF" : ": bpf(2) needs CAP_BPF"), ""};
}

Finding perf_event_paranoid(const PreflightView& view) {
  const std::string value = text_of(view, "/proc/sys/kernel/perf_event_paranoid");
  return {"perf_event_paranoid", false, value.empty() ? "unknown" : value + ": CAP_PERFMON passes it", ""};
}

Finding tracefs(const PreflightView& view) {
  for (const char* path : {"/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events"}) {
    if (::access((view.root + path).c_str(), F_OK) == 0) return {"tracefs", false, fmt::format("{} is there", path), ""};
  }
  return {"tracefs", false, "not mounted; only OOM kills' details need it", "mount -t tracefs nodev /sys/kernel/tracing"};
}

Finding memlock() {
  rlimit limit{};
  ::getrlimit(RLIMIT_MEMLOCK, &limit);
  if (limit.rlim_cur == RLIM_INFINITY) return {"memlock", false, "unlimited", ""};
  return {"memlock", false, fmt::format("{} KiB: counts for BPF memory before Linux 5.11 only", limit.rlim_cur / 1024), ""};
}

struct FileSystem {
  std::uint32_t magic;  // uapi linux/magic.h, and what the file systems' own headers say
  const char* name;
  const char* remark;
};
constexpr FileSystem file_systems[] = {
    {0x01021994, "tmpfs", "its bytes are memory"},  {0x858458f6, "ramfs", "its bytes are memory"},
    {0x6969, "nfs", "over the network"},            {0xff534d42, "cifs", "over the network"},
    {0xfe534d42, "smb2", "over the network"},       {0x00c36400, "ceph", "over the network"},
    {0x65735546, "fuse", "in user space"},          {0x01021997, "9p", "over a transport"},
    {0xef53, "ext4", "local"},                      {0x58465342, "xfs", "local"},
    {0x9123683e, "btrfs", "local"},                 {0x794c7630, "overlay", "a container's layer"},
};

bool is_rotational(dev_t device) {
  const std::string base = fmt::format("/sys/dev/block/{}:{}", major(device), minor(device));
  for (const char* below : {"/queue/rotational", "/../queue/rotational"}) {
    if (const auto text = proc::read_file(base + below)) return text->starts_with('1');
  }
  return false;
}

}  // namespace

std::vector<Finding> preflight_machine(const PreflightView& view) {
  return {user_namespace(view), seccomp(view), container(view), unprivileged_bpf(view), perf_event_paranoid(view), tracefs(view), memlock()};
}

Finding preflight_output(const std::string& folder) {
  const UniqueFd place(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status {};
  struct statfs system {};
  const auto space = disk_space_of(place.get());
  if (!space || ::fstat(place.get(), &status) != 0 || ::fstatfs(place.get(), &system) != 0) {
    return {"output", true, fmt::format("folder '{}' cannot be looked at", folder), "name a folder that is there with -o"};
  }
  std::string kind = "an unknown file system";
  for (const FileSystem& known : file_systems) {
    if (known.magic == static_cast<std::uint32_t>(system.f_type)) kind = fmt::format("{}, {}", known.name, known.remark);
  }
  if (is_rotational(status.st_dev)) kind += ", on a rotating disk";
  constexpr std::uint64_t mebibyte = 1u << 20;
  const std::uint64_t floor = default_floor(*space);
  const std::string fact = fmt::format("{}; {} MiB free, of which {} MiB are left alone", kind, space->free / mebibyte, floor / mebibyte);
  if (space->free > floor) return {"output", false, fact, ""};
  return {"output", true, fact, "make room, name another folder with -o, or lower --keep-free"};
}

std::vector<Finding> preflight_target(const PreflightView& view, Pid pid) {
  std::vector<Finding> findings;
  const auto status = proc::status_of(Tid{raw(pid)});
  if (!status) return {{"target", true, fmt::format("there is no process {}", raw(pid)), ""}};
  if (status->kernel_thread) return {{"target", true, fmt::format("process {} is a kernel thread", raw(pid)), "choose a process"}};
  const bool all = (view.effective >> 19 & 1) != 0;  // CAP_SYS_PTRACE
  const bool foreign = status->uid != view.user;
  findings.push_back({"owner", foreign && !all, fmt::format("process {} ({}) belongs to uid {}, this one runs as uid {}", raw(pid), status->name, status->uid, view.user),
                      foreign && !all ? "run as root or with CAP_SYS_PTRACE" : ""});
  struct stat folder {};
  const bool undumpable = ::stat(fmt::format("/proc/{}", raw(pid)).c_str(), &folder) == 0 && folder.st_uid == 0 && status->uid != 0;
  findings.push_back({"dumpability", undumpable && !all, undumpable ? "not dumpable: it changed its user, or its program file is not readable" : "dumpable",
                      undumpable && !all ? "run as root or with CAP_SYS_PTRACE" : ""});
  if (raw(status->tracer) != 0) {
    findings.push_back({"tracer", false, fmt::format("process {} traces it: the ptrace engine cannot, the eBPF engine can", raw(status->tracer)), "use --engine ebpf"});
  }
  return findings;
}

}  // namespace sysreel
