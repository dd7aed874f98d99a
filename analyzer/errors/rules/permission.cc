// EACCES, EPERM: who asked, and which right was missing.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"
#include "format/abi/abi.h"

namespace sysreel::errors {
namespace {

// The capability that lets a call through, where the kernel asks for one: capabilities(7).
struct Capability {
  std::string_view call;
  std::string_view name;
};
constexpr Capability capabilities[] = {
    {"mount", "CAP_SYS_ADMIN"},        {"umount2", "CAP_SYS_ADMIN"},     {"setns", "CAP_SYS_ADMIN"},
    {"unshare", "CAP_SYS_ADMIN"},      {"sethostname", "CAP_SYS_ADMIN"}, {"pivot_root", "CAP_SYS_ADMIN"},
    {"ptrace", "CAP_SYS_PTRACE"},      {"process_vm_readv", "CAP_SYS_PTRACE"},
    {"bpf", "CAP_BPF"},                {"perf_event_open", "CAP_PERFMON (or a lower kernel.perf_event_paranoid)"},
    {"chown", "CAP_CHOWN"},            {"fchown", "CAP_CHOWN"},          {"fchownat", "CAP_CHOWN"},
    {"lchown", "CAP_CHOWN"},           {"chmod", "CAP_FOWNER"},          {"fchmod", "CAP_FOWNER"},
    {"fchmodat", "CAP_FOWNER"},        {"chroot", "CAP_SYS_CHROOT"},     {"kill", "CAP_KILL"},
    {"tgkill", "CAP_KILL"},            {"setuid", "CAP_SETUID"},         {"setresuid", "CAP_SETUID"},
    {"setgid", "CAP_SETGID"},          {"setgroups", "CAP_SETGID"},      {"setpriority", "CAP_SYS_NICE"},
    {"sched_setscheduler", "CAP_SYS_NICE"}, {"sched_setaffinity", "CAP_SYS_NICE"}, {"setrlimit", "CAP_SYS_RESOURCE"},
    {"prlimit64", "CAP_SYS_RESOURCE"}, {"mlock", "CAP_IPC_LOCK"},        {"mlockall", "CAP_IPC_LOCK"},
    {"clock_settime", "CAP_SYS_TIME"}, {"settimeofday", "CAP_SYS_TIME"}, {"reboot", "CAP_SYS_BOOT"},
    {"init_module", "CAP_SYS_MODULE"}, {"finit_module", "CAP_SYS_MODULE"}, {"syslog", "CAP_SYSLOG"},
    {"mknod", "CAP_MKNOD"},            {"mknodat", "CAP_MKNOD"},         {"bind", "CAP_NET_BIND_SERVICE"},
    {"setsockopt", "CAP_NET_ADMIN"},   {"socket", "CAP_NET_RAW"},
};

std::string_view capability_for(std::string_view call) {
  for (const Capability& row : capabilities) {
    if (row.call == call) return row.name;
  }
  return {};
}

void look_at_credentials(const Scene& scene, ErrorGroup& group) {
  const auto uids = scene.knowledge.status(scene.call.pid, "Uid:");
  const auto effective = scene.knowledge.status(scene.call.pid, "CapEff:");
  if (uids) {
    group.facts.push_back(fmt::format("when recording began the process had the user ids {} (real, effective, saved, file system)"
                                      " and the capabilities {}",
                                      quoted(*uids), effective ? *effective : "?"));
  }
  const auto filter = scene.knowledge.status(scene.call.pid, "Seccomp:");
  if (filter && *filter == "2") group.facts.push_back("a seccomp filter is in force, which may refuse calls with any errno");
}

}  // namespace

void observe_permission(const Scene& scene, ErrorGroup& group) {
  if (scene.call.has(call_no_entry)) {
    group.facts.push_back("the call never reached the kernel's code: a seccomp filter refused it");
    return;
  }
  look_at_credentials(scene, group);
  if (group.object.kind == ObjectKind::path) {
    const std::string mount = scene.knowledge.mount_of(absolute_path(group.object));
    if (!mount.empty()) group.facts.push_back(fmt::format("it is on the mount {}", mount));
    if (group.deed == Deed::run) {
      group.facts.push_back("execve is also refused for files without the x bit, for folders, and on mounts with noexec");
    }
  } else if (const std::string_view capability = capability_for(group.call); !capability.empty()) {
    group.facts.push_back(fmt::format("the kernel grants this call to holders of {}", capability));
  }
}

std::string next_permission(const ErrorGroup& group) {
  for (const std::string& fact : group.facts) {
    if (fact.find("seccomp filter refused") != std::string::npos) return "allow the call in the seccomp profile (container runtime, systemd unit)";
  }
  if (group.object.kind == ObjectKind::path) {
    return fmt::format("compare owner and mode of every folder on the way (namei -l {}) with the user above", group.object.text);
  }
  if (group.deed == Deed::bind) return "use a port from 1024 on, or grant CAP_NET_BIND_SERVICE";
  if (group.deed == Deed::connect) return "see whether a firewall rule or the mode of the socket file forbids it";
  return "run it as the right user or grant the one capability it needs";
}

}  // namespace sysreel::errors
