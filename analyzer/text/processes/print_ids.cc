#include "analyzer/text/processes/print_ids.h"

namespace sysreel::text {
namespace {

void print_id(CallPrinter& p, std::uint64_t value) {
  const auto id = static_cast<std::uint32_t>(value);
  if (id == ~std::uint32_t{0}) return p.out.put("-1");
  p.out.decimal(id);
}

}  // namespace

void print_process_id(CallPrinter& p, int pid, PidKind kind) {
  p.out.signed_decimal(pid);
  PidLookup* const lookup = p.options.pid_lookup;
  const bool translates = lookup != nullptr && pid > 0 && p.options.decode_pids != 0;
  const int ours = translates ? lookup->translate(p.call.tid, pid, kind) : 0;
  if ((p.options.decode_pids & decode_comm) != 0) {
    std::string comm(lookup != nullptr ? "" : p.model.comm(Tid{pid}));
    if (translates) comm = lookup->comm(ours != 0 ? ours : pid);
    if (!comm.empty()) print_in_angle_brackets(p.out, p.options, comm);
  }
  if ((p.options.decode_pids & decode_pidns) == 0 || ours == 0 || ours == pid) return;
  p.out.put(" /* ");
  p.out.signed_decimal(ours);
  p.out.put(" in strace's PID NS */");
}

namespace {

void print_as(CallPrinter& p, std::uint64_t value, PidKind kind) { print_process_id(p, static_cast<std::int32_t>(value), kind); }

}  // namespace

void print_pid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_as(p, value, PidKind::process); }
void print_tid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_as(p, value, PidKind::thread); }
void print_tgid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_as(p, value, PidKind::process); }
void print_pgid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_as(p, value, PidKind::group); }
void print_sid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_as(p, value, PidKind::session); }
void print_uid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_id(p, value); }
void print_gid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_id(p, value); }

}  // namespace sysreel::text
