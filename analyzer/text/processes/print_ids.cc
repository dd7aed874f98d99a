#include "analyzer/text/processes/print_ids.h"

namespace sysreel::text {
namespace {

void print_id(CallPrinter& p, std::uint64_t value) {
  const auto id = static_cast<std::uint32_t>(value);
  if (id == ~std::uint32_t{0}) return p.out.put("-1");
  p.out.decimal(id);
}

}  // namespace

void print_process_id(CallPrinter& p, int pid) {
  p.out.signed_decimal(pid);
  if ((p.options.decode_pids & decode_comm) == 0) return;
  const std::string_view comm = p.model.comm(Tid{pid});
  if (!comm.empty()) print_in_angle_brackets(p.out, p.options, comm);
}

void print_pid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_process_id(p, static_cast<std::int32_t>(value)); }
void print_tid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_process_id(p, static_cast<std::int32_t>(value)); }
void print_tgid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_process_id(p, static_cast<std::int32_t>(value)); }
void print_pgid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_process_id(p, static_cast<std::int32_t>(value)); }
void print_sid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_process_id(p, static_cast<std::int32_t>(value)); }
void print_uid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_id(p, value); }
void print_gid(CallPrinter& p, const abi::Type&, std::uint64_t value) { print_id(p, value); }

}  // namespace sysreel::text
