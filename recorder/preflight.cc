#include "recorder/preflight.h"

#include <errno.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

#include "recorder/ebpf/ebpf_source.h"
#include "recorder/proc.h"

namespace sysreel {
namespace {

struct Capability {
  const char* name;
  unsigned bit;  // uapi linux/capability.h
};
constexpr Capability sys_ptrace{"CAP_SYS_PTRACE", 19}, sys_admin{"CAP_SYS_ADMIN", 21}, sys_resource{"CAP_SYS_RESOURCE", 24},
    perfmon{"CAP_PERFMON", 38}, bpf{"CAP_BPF", 39};

struct Version {
  int major = 0, minor = 0;
  auto operator<=>(const Version&) const = default;
};
constexpr Version oldest_ebpf{5, 15};  // bpf_task_pt_regs, task storage in tracing programs, pointers to global functions

Version parse_version(std::string_view release) {
  Version version;
  const char* const end = release.data() + release.size();
  const auto [dot, error] = std::from_chars(release.data(), end, version.major);
  if (error == std::errc{} && dot != end) std::from_chars(dot + 1, end, version.minor);
  return version;
}

std::optional<std::string> line_of(const PreflightView& view, const char* path) {
  auto text = proc::read_file(view.root + path);
  if (!text) return std::nullopt;
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return text;
}

bool exists(const PreflightView& view, const char* path) { return ::access((view.root + path).c_str(), F_OK) == 0; }

// CAP_SYS_ADMIN stands in for the capabilities that were split off from it.
bool has(const PreflightView& view, const Capability& capability, bool admin_counts) {
  const auto bit = [&view](const Capability& one) { return (view.effective >> one.bit & 1) != 0; };
  return bit(capability) || (admin_counts && bit(sys_admin));
}

Finding good(std::string subject, std::string fact) { return {std::move(subject), false, std::move(fact), {}}; }

Finding capability(const PreflightView& view, const Capability& capability, bool admin_counts, const char* purpose) {
  if (has(view, capability, admin_counts)) return good(capability.name, "held");
  const std::string fact = fmt::format("{} is missing ({}); this process runs as uid {}", capability.name, purpose, view.user);
  const std::string remedy =
      view.user != 0 ? fmt::format("run as root, or: setcap cap_bpf,cap_perfmon,cap_sys_ptrace,cap_sys_resource+ep on the recorder")
                     : fmt::format("start the container or service with {} (docker: --cap-add {})", capability.name,
                                   std::string_view(capability.name).substr(4));
  return {capability.name, true, fact, remedy};
}

Finding kernel(const PreflightView& view) {
  if (view.machine != "x86_64") {
    return {"machine", true, "the eBPF engine knows x86_64 only; this is " + view.machine, "use --engine ptrace"};
  }
  if (parse_version(view.release) >= oldest_ebpf) return good("kernel", view.release);
  return {"kernel", true, fmt::format("Linux {} is older than {}.{}, which the eBPF engine needs", view.release, oldest_ebpf.major, oldest_ebpf.minor),
          "use --engine ptrace"};
}

Finding btf(const PreflightView& view) {
  if (exists(view, "/sys/kernel/btf/vmlinux")) return good("BTF", "/sys/kernel/btf/vmlinux is there");
  return {"BTF", true, "the kernel gives no type information (/sys/kernel/btf/vmlinux is missing)",
          exists(view, "/sys/kernel") ? "use a kernel with CONFIG_DEBUG_INFO_BTF=y, or --engine ptrace" : "mount sysfs on /sys"};
}

Finding lockdown(const PreflightView& view) {
  const auto text = line_of(view, "/sys/kernel/security/lockdown");
  if (!text || text->find("[confidentiality]") == std::string::npos) return good("lockdown", text.value_or("not in force"));
  return {"lockdown", true, "the kernel is locked down for confidentiality: BPF programs may not read its memory",
          "boot with lockdown=integrity or without, or use --engine ptrace"};
}

// Whether a container's seccomp profile or the like forbids a call that the capabilities would allow.
Finding bpf_call(const PreflightView& view) {
  if (view.bpf_errno == 0) return good("bpf(2)", "works");
  if (view.bpf_errno == ENOSYS) {
    return {"bpf(2)", true, "the kernel has no bpf(2), or a seccomp filter hides it", "allow bpf in the container's seccomp profile"};
  }
  if (view.bpf_errno == EPERM && has(view, bpf, true)) {
    return {"bpf(2)", true, "bpf(2) is refused although CAP_BPF is held: a seccomp filter, a security module or a user namespace forbids it",
            "allow bpf in the container's seccomp profile (docker: --security-opt seccomp=unconfined), outside of a user namespace"};
  }
  if (view.bpf_errno == EPERM) {
    const auto setting = line_of(view, "/proc/sys/kernel/unprivileged_bpf_disabled");
    return {"bpf(2)", true, fmt::format("bpf(2) is refused without CAP_BPF (unprivileged_bpf_disabled is {})", setting.value_or("unknown")),
            "run as root or with CAP_BPF and CAP_PERFMON"};
  }
  return {"bpf(2)", true, fmt::format("bpf(2) cannot make a map: {}", std::strerror(view.bpf_errno)), "raise the limit of locked memory (ulimit -l)"};
}

std::uint64_t effective_capabilities() {
  const auto status = proc::read_file("/proc/self/status");
  if (!status) return 0;
  const std::size_t at = status->find("CapEff:");
  if (at == std::string::npos) return 0;
  std::uint64_t bits = 0;
  const char* const begin = status->data() + status->find_first_not_of(" \t", at + 7);
  std::from_chars(begin, status->data() + status->size(), bits, 16);
  return bits;
}

int try_bpf() {
  bpf_attr attr{};
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = 4;
  attr.value_size = 8;
  attr.max_entries = 1;
  const long fd = ::syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
  if (fd < 0) return errno;
  ::close(static_cast<int>(fd));
  return 0;
}

// A request on a process that cannot be: ESRCH says that ptrace(2) itself may be called.
int try_ptrace() {
  if (::ptrace(PTRACE_PEEKUSER, -1, nullptr, nullptr) != -1 || errno == ESRCH || errno == EIO) return 0;
  return errno;
}

}  // namespace

PreflightView PreflightView::here() {
  PreflightView view;
  utsname names{};
  ::uname(&names);
  view.release = names.release;
  view.machine = names.machine;
  view.user = ::geteuid();
  view.effective = effective_capabilities();
  view.engine_built = has_ebpf_source();
  view.bpf_errno = try_bpf();
  view.ptrace_errno = try_ptrace();
  return view;
}

std::vector<Finding> preflight_ebpf(const PreflightView& view) {
  std::vector<Finding> findings;
  if (!view.engine_built) {
    findings.push_back({"build", true, "this build has no eBPF engine", "build it where clang, bpftool and libbpf-dev are installed"});
  }
  findings.push_back(kernel(view));
  findings.push_back(capability(view, bpf, true, "to load programs"));
  findings.push_back(capability(view, perfmon, true, "to read kernel memory and attach to tracepoints"));
  findings.push_back(capability(view, sys_ptrace, false, "to read calls in flight and descriptors of other processes"));
  if (!has(view, sys_resource, false)) {
    // Needed only where BPF memory counts against RLIMIT_MEMLOCK (before 5.11).
    findings.push_back({"CAP_SYS_RESOURCE", false, "CAP_SYS_RESOURCE is missing", "needed only on kernels that lock BPF memory (before 5.11)"});
  }
  findings.push_back(btf(view));
  findings.push_back(lockdown(view));
  findings.push_back(bpf_call(view));
  return findings;
}

Finding preflight_programs(const RecordOptions& options) {
  const auto loaded = try_ebpf_programs(options);
  if (loaded) return good("programs", "this kernel loads them");
  return {"programs", true, loaded.error().message, "allow loading BPF programs where a filter or security module forbids it, or use --engine ptrace"};
}

std::vector<Finding> preflight_ptrace(const PreflightView& view) {
  std::vector<Finding> findings;
  if (view.ptrace_errno != 0) {
    findings.push_back({"ptrace(2)", true, fmt::format("ptrace(2) is refused: {}", std::strerror(view.ptrace_errno)),
                        "allow ptrace in the container's seccomp profile (docker: --cap-add SYS_PTRACE)"});
  } else {
    findings.push_back(good("ptrace(2)", "works"));
  }
  const bool all = has(view, sys_ptrace, false);
  findings.push_back(all ? good("CAP_SYS_PTRACE", "held")
                         : Finding{"CAP_SYS_PTRACE", false,
                                   fmt::format("CAP_SYS_PTRACE is missing: only dumpable processes of uid {} can be traced", view.user),
                                   "run as root for others"});
  const auto scope = line_of(view, "/proc/sys/kernel/yama/ptrace_scope");
  static constexpr std::array<const char*, 4> meanings{
      "any process of the same user may be attached to", "only a command that is launched, or a descendant, may be traced without CAP_SYS_PTRACE",
      "only CAP_SYS_PTRACE may trace", "nobody may attach to a process, and this lasts until the next boot"};
  const int level = scope && !scope->empty() ? std::clamp(scope->front() - '0', 0, 3) : 0;
  const bool blocks = level == 3 || (level == 2 && !all);
  findings.push_back({"YAMA ptrace_scope", blocks, fmt::format("{}: {}", level, meanings[static_cast<std::size_t>(level)]),
                      level == 0 || (all && level < 3) ? ""
                      : level == 3                     ? "reboot without kernel.yama.ptrace_scope=3"
                                                       : "run as root, or write 0 to /proc/sys/kernel/yama/ptrace_scope"});
  return findings;
}

Error first_obstacle(const std::vector<Finding>& findings, const Error& otherwise) {
  const auto found = std::find_if(findings.begin(), findings.end(), [](const Finding& one) { return one.blocks; });
  if (found == findings.end()) return otherwise;
  const bool permission = found->subject.starts_with("CAP_") || found->subject.ends_with("(2)") || found->subject.starts_with("YAMA");
  return {permission ? ErrorKind::denied : ErrorKind::unsupported, found->fact + "; " + found->remedy};
}

}  // namespace sysreel
