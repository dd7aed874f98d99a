// Values of prctl(2) that are neither plain numbers nor plain sets of names.
#include <algorithm>

#include "analyzer/text/processes/print_ids.h"
#include "analyzer/text/processes/print_remark.h"
#include "analyzer/text/processes/print_signal.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

// Lengths of vectors share their word with flags (uapi linux/prctl.h: PR_SVE_VL_LEN_MASK).
constexpr std::uint64_t vector_length_mask = 0xffff;

void put_flags_and_length(CallPrinter& p, const abi::Names& names, std::uint64_t value) {
  const std::uint64_t flags = value & ~vector_length_mask;
  if (flags != 0) {
    put_flag_names(p.out, names, flags);
    p.out.put('|');
  }
  p.out.hex(value & vector_length_mask);
}

// The control of tagged addresses (PR_MTE_TCF_MASK, PR_MTE_TAG_MASK).
constexpr std::uint64_t tagged_enable = 1, mte_fault_mask = 6, mte_tag_mask = 0x7fff8;
constexpr unsigned mte_tag_shift = 3;

void put_tagged_address(CallPrinter& p, std::uint64_t value) {
  p.out.put((value & tagged_enable) != 0 ? "PR_TAGGED_ADDR_ENABLE" : "!PR_TAGGED_ADDR_ENABLE");
  p.out.put('|');
  const std::uint64_t fault = value & mte_fault_mask;
  if (const char* name = name_of(abi::mte_modes, fault)) {
    p.out.put(name);
  } else {
    p.out.hex(fault);
  }
  if ((value & mte_tag_mask) != 0) {
    p.out.put('|');
    p.out.hex((value & mte_tag_mask) >> mte_tag_shift);
    p.out.put("<<PR_MTE_TAG_SHIFT");
  }
  const std::uint64_t rest = value & ~(tagged_enable | mte_fault_mask | mte_tag_mask);
  if (rest == 0) return;
  p.out.put('|');
  p.out.hex(rest);
}

// A result that is a set of flags: 0x5 (PR_MDWE_REFUSE_EXEC_GAIN|0x4); no remark if no flag is known.
void print_flags_result(CallPrinter& p, const abi::Names& names, std::int64_t result) {
  const auto flags = static_cast<std::uint64_t>(result);
  p.out.hex(flags);
  if (has_known_flag(names, flags)) remark(p, [&] { print_flags(p, names, flags); });
}

// A result with one name: 1 (SUID_DUMP_USER).
void print_named_result(CallPrinter& p, const abi::Names& names, std::int64_t result) {
  p.out.signed_decimal(result);
  if (const char* name = name_of(names, static_cast<std::uint64_t>(result))) set_comment(p, name);
}

void print_length_result(CallPrinter& p, const abi::Names& names, std::int64_t result) {
  const auto value = static_cast<std::uint64_t>(result);
  p.out.hex(value);
  if ((value & ~vector_length_mask) == 0 || p.options.constants == ConstantStyle::raw) return;
  remark(p, [&] { put_flags_and_length(p, names, value); });
}

bool names_flags(std::uint64_t feature) { return feature <= 2; }  // PR_SPEC_STORE_BYPASS, INDIRECT_BRANCH, L1D_FLUSH

}  // namespace

void print_death_signal(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint64_t most = 128;
  if (value > most) return p.out.decimal(value);
  print_signal_number(p, static_cast<int>(value));
}

// A string of which the kernel reads so many characters and no more: what follows them is not looked at.
void print_bounded_string(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (value == 0 || is_lost(p, type)) return print_address(p.out, value);
  const std::size_t limit = std::min<std::size_t>(type.copy.count.count, p.options.string_limit);
  const MemoryImage::Run run = p.fetch_run(type.copy.flow, value, std::max<std::size_t>(limit, 1));  // -s 0 looks at it, too
  if (run.bytes.empty()) return print_address(p.out, value);
  const ByteSpan shown = run.bytes.first(std::min(limit, run.bytes.size()));
  const auto nul = std::find(shown.begin(), shown.end(), std::byte{0});
  const auto length = static_cast<std::size_t>(nul - shown.begin());
  if (nul == shown.end() && length < limit) return print_address(p.out, value);
  print_quoted(p, shown.first(length), nul == shown.end());
}

void print_ptracer(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto pid = static_cast<std::int32_t>(value);
  if (pid != -1) return print_tgid(p, type, value);
  if (p.options.constants == ConstantStyle::abbrev) return p.out.put("PR_SET_PTRACER_ANY");
  p.out.put("-1");
  if (p.options.constants == ConstantStyle::verbose) print_note(p, "PR_SET_PTRACER_ANY");
}

void print_vector_length(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (p.options.constants == ConstantStyle::raw) return p.out.hex(value);
  const bool both = p.options.constants == ConstantStyle::verbose && (value & ~vector_length_mask) != 0;
  if (both) {
    p.out.hex(value);
    p.out.put(" /* ");
  }
  put_flags_and_length(p, *type.names, value);
  if (both) p.out.put(" */");
}

void print_tagged_address(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  if (p.options.constants != ConstantStyle::abbrev) p.out.hex(value);
  if (p.options.constants == ConstantStyle::raw) return;
  const bool both = p.options.constants == ConstantStyle::verbose;
  if (both) p.out.put(" /* ");
  put_tagged_address(p, value);
  if (both) p.out.put(" */");
}

void print_speculation_setting(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  if (names_flags(p.call.args[1])) return print_one_of(p, abi::speculation_settings, value);
  p.out.hex(value);
}

// Whom argument 2 of PR_SCHED_CORE names depends on argument 3.
void print_sched_core_target(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  switch (static_cast<std::uint32_t>(p.call.args[3])) {
    case 0: return print_tid(p, type, value);
    case 1: return print_tgid(p, type, value);
    case 2: return print_pgid(p, type, value);
    case 3: return print_sid(p, type, value);
    default: return p.out.signed_decimal(static_cast<std::int32_t>(value));
  }
}

// The kernel does not export these names: the number always stands with them.
void print_sched_core_scope(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto scope = static_cast<std::uint32_t>(value);
  p.out.hex(scope);
  if (p.options.constants == ConstantStyle::raw) return;
  const char* name = name_of(abi::sched_core_scopes, scope);
  print_note(p, name ? name : abi::sched_core_scopes.unknown);
}

void print_result_dumpable(CallPrinter& p, std::int64_t result) { print_named_result(p, abi::dumpable_modes, result); }
void print_result_mce_kill_policy(CallPrinter& p, std::int64_t result) { print_named_result(p, abi::mce_kill_policies, result); }
void print_result_securebits(CallPrinter& p, std::int64_t result) { print_flags_result(p, abi::securebits, result); }
void print_result_fp_mode(CallPrinter& p, std::int64_t result) { print_flags_result(p, abi::fp_modes, result); }
void print_result_pac_keys(CallPrinter& p, std::int64_t result) { print_flags_result(p, abi::pac_enabled_keys, result); }
void print_result_mdwe(CallPrinter& p, std::int64_t result) { print_flags_result(p, abi::mdwe_flags, result); }
void print_result_sve_length(CallPrinter& p, std::int64_t result) { print_length_result(p, abi::sve_flags, result); }
void print_result_sme_length(CallPrinter& p, std::int64_t result) { print_length_result(p, abi::sme_flags, result); }

void print_result_speculation(CallPrinter& p, std::int64_t result) {
  if (names_flags(p.call.args[1])) return print_flags_result(p, abi::speculation_states, result);
  p.out.signed_decimal(result);
}

void print_result_tagged_address(CallPrinter& p, std::int64_t result) {
  p.out.hex(static_cast<std::uint64_t>(result));
  if (p.options.constants == ConstantStyle::raw) return;
  remark(p, [&] { put_tagged_address(p, static_cast<std::uint64_t>(result)); });
}

}  // namespace sysreel::text
