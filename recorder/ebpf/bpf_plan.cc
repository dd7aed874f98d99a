#include "recorder/ebpf/bpf_plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "format/abi/abi.h"
#include "recorder/exit_filter.h"

namespace sysreel {
namespace {

using abi::CountFrom;
using abi::Extent;
using abi::Limit;

constexpr std::uint32_t path_max = 4096;
constexpr int pointers_followed = 2;  // by the BPF programs, from memory that an argument points to
constexpr std::uint32_t unconditional = SR_SAVE_ARGS | SR_NO_RETURN;  // reasons to look at the entry of every such call

std::uint8_t count_code(CountFrom from) {
  switch (from) {
    case CountFrom::constant: return SR_COUNT_CONSTANT;
    case CountFrom::arg:
    case CountFrom::call_arg: return SR_COUNT_OPERAND;
    case CountFrom::arg_bits: return SR_COUNT_BITS;
    case CountFrom::arg_pages: return SR_COUNT_PAGES;
    case CountFrom::ioctl_size: return SR_COUNT_IOCTL_SIZE;
    case CountFrom::result: return SR_COUNT_RESULT;
    case CountFrom::deref: return SR_COUNT_DEREF;
    case CountFrom::size_of_first: return SR_COUNT_OWN_SIZE;
  }
  return SR_COUNT_NONE;
}

// Where a length's operand stands: an offset in the element, the number of an argument, or the place of the own size.
std::uint16_t operand_of(const Length& length) { return length.in_structure ? length.offset : length.index; }

std::uint32_t flags_of_name(std::string_view name) {
  if (name == "execve" || name == "execveat") return SR_EXEC | SR_SAVE_ARGS | SR_AT_ENTRY;
  if (name == "exit" || name == "exit_group") return SR_NO_RETURN | SR_AT_ENTRY;
  if (name == "rt_sigreturn" || name == "sigreturn") return SR_SIGRETURN | SR_SAVE_ARGS | SR_AT_ENTRY;
  if (name == "clone") return SR_CLONE_FLAGS | SR_SAVE_ARGS | SR_AT_ENTRY;
  if (name == "clone3") return SR_CLONE3 | SR_SAVE_ARGS | SR_AT_ENTRY;
  return 0;
}

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// sr_signature::fds of a call.
std::uint8_t fds_of(const abi::SyscallRow& row) {
  const std::string_view name = row.name;
  if (is_any_of(name, {"bind", "connect", "listen"})) return SR_FDS_FIRST;
  if (is_any_of(name, {"chdir", "fchdir"})) return SR_FDS_FOLDER;
  if (name == "recvmsg") return SR_FDS_MESSAGE;
  if (name == "recvmmsg") return SR_FDS_MESSAGES;
  if (row.result == abi::ResultKind::fd) return SR_FDS_RESULT;
  for (std::size_t i = 0; i < row.args.size(); ++i) {
    const abi::Type& type = row.args[i].type;
    const bool holds_fds = type.kind == abi::Kind::fd || type.kind == abi::Kind::fd_pair;
    if (!holds_fds || type.copy.flow != abi::Flow::out) continue;
    const bool two = type.kind == abi::Kind::fd_pair || type.copy.count.count == 2;
    return static_cast<std::uint8_t>((two ? SR_FDS_PAIR : SR_FDS_ONE) | i << 4);
  }
  return SR_FDS_NONE;
}

class Flattener {
 public:
  explicit Flattener(const RecordOptions& options) : options_(options), capture_(options) {
    plan_.plans.resize(SR_PLAN_COUNT);
  }

  Result<BpfPlan> run() {
    for (const Abi abi : {Abi::x86_64, Abi::i386}) {
      for (int nr = 0; nr < SR_ABI_SLOTS; ++nr) add_call(abi, SyscallNr{nr});
    }
    plan_.plans[SR_PLAN_UNKNOWN].flags = keep_flags(Abi::x86_64, SyscallNr{SR_ABI_SLOTS});
    if (plan_.ops.size() > SR_OP_COUNT) {
      return Error{ErrorKind::unsupported, "the capture plan has " + std::to_string(plan_.ops.size()) +
                                               " steps; the BPF programs hold " + std::to_string(SR_OP_COUNT)};
    }
    if (!unselected_.empty()) {
      return Error{ErrorKind::unsupported, "the variants of " + unselected_ + " are told apart in more ways than the BPF programs try"};
    }
    return std::move(plan_);
  }

 private:
  std::uint32_t keep_flags(Abi abi, SyscallNr nr) const {
    switch (capture_.keep(abi, nr)) {
      case Keep::no: return 0;
      case Keep::hidden: return SR_HIDDEN | entry_flag();
      case Keep::yes: return SR_WANTED | entry_flag();
    }
    return 0;
  }

  std::uint32_t entry_flag() const { return options_.announce_entries ? SR_AT_ENTRY : 0; }

  void add_call(Abi abi, SyscallNr nr) {
    const std::uint32_t index = static_cast<std::uint32_t>(raw(nr)) + (abi == Abi::i386 ? SR_ABI_SLOTS : 0);
    sr_plan& plan = plan_.plans[index];
    plan.flags = keep_flags(abi, nr);
    const abi::SyscallRow* const row = abi::row_of(abi, nr);
    if (!row || plan.flags == 0) return;
    plan.flags |= flags_of_name(row->name);
    const ArgumentRoles roles = roles_of(abi, nr);
    plan.fd_args = roles.fds;
    plan.path_args = roles.paths;
    plan.signature = signature_of(abi, *row, plan.flags);
    add_variants(abi, *row, index);
    if ((row->classes & keeps_model) != 0) plan.flags |= SR_CHANGES;
    plan.flags |= condition_of_entry(plan);
    if (abi == Abi::x86_64) plan.quick = quick_of(plan);
  }

  // The flag of the argument without which nothing of this signature is copied at entry; 0 if there is no such argument, or another
  // reason to look.
  std::uint32_t condition_of_entry(const sr_plan& plan) const {
    if (plan.pattern_count || options_.announce_entries || (plan.flags & unconditional)) return 0;
    std::optional<unsigned> argument;
    for (unsigned i = 0; i < plan.signature.op_count; ++i) {
      const sr_op& op = plan_.ops[plan.signature.first_op + i];
      for (const auto& [flag, needed] : {std::pair{unsigned{SR_OP_DEREF}, unsigned{op.count_operand}}, {unsigned{SR_OP_ENTRY}, unsigned{op.operand}}}) {
        if ((op.flags & flag) == 0) continue;
        if (argument.value_or(needed) != needed) return 0;
        argument = needed;
      }
    }
    return argument == 2u ? SR_ENTRY_IF_THIRD : argument == 5u ? SR_ENTRY_IF_SIXTH : 0;
  }

  // The quick way through the exit program, where it will do.
  sr_quick quick_of(const sr_plan& plan) {
    const sr_signature& signature = plan.signature;
    const bool at_entry = (plan.flags & SR_AT_ENTRY) != 0 && (plan.flags & (SR_ENTRY_IF_THIRD | SR_ENTRY_IF_SIXTH)) == 0;
    if (at_entry || plan.pattern_count || signature.op_count > SR_QUICK_OPS || options_.stacks) return {};
    sr_quick quick{};
    quick.first_op = static_cast<std::uint16_t>(plan_.quick_ops.size());
    quick.kind = static_cast<std::uint8_t>(signature.op_count | SR_QUICK_YES | (signature.fds ? SR_QUICK_FAILED : 0));
    if ((plan.flags & SR_WANTED) == 0) quick.flags |= call_hidden;
    if (!options_.durations) quick.flags |= call_no_duration;
    if (plan_.quick_ops.size() + signature.op_count > SR_QUICK_COUNT) return {};
    for (unsigned i = 0; i < signature.op_count; ++i) plan_.quick_ops.push_back(quick_op_of(plan_.ops[signature.first_op + i]));
    return quick;
  }

  static sr_quick_op quick_op_of(const sr_op& op) {
    sr_quick_op quick{};
    quick.flags = SR_QUICK_NULL;
    quick.address = word_of_argument(op.operand);
    constexpr unsigned simple = SR_OP_LATE | SR_OP_OUTPUT | SR_OP_ON_FAILURE | SR_OP_USES_RESULT | SR_OP_MESSAGE;
    if ((op.flags & ~simple) != 0 || op.child_count != 0 || op.head != 0) return quick;
    unsigned flags = 0;
    if (op.flags & SR_OP_OUTPUT) flags |= SR_QUICK_ON_SUCCESS;
    if (op.flags & SR_OP_ON_FAILURE) flags |= SR_QUICK_ON_FAILURE;
    if (op.flags & SR_OP_LATE) flags |= SR_QUICK_LATE;
    if (op.flags & SR_OP_MESSAGE) flags |= SR_QUICK_MESSAGE;
    std::uint64_t unit = op.unit;
    std::uint64_t limit = op.limit;
    std::uint8_t count = 0;
    if (op.extent == SR_EXTENT_STRING) {
      // A string with a length of its own is not simple.
      if (op.count_from != SR_COUNT_CONSTANT || op.count < op.limit) return quick;
      flags |= SR_QUICK_STRING;
    } else if (op.extent != SR_EXTENT_ELEMENTS) {
      return quick;
    } else if (op.count_from == SR_COUNT_CONSTANT) {
      unit *= op.count;
      limit = std::min(limit, unit);
    } else if (op.count_from == SR_COUNT_OPERAND) {
      count = word_of_argument(op.count_operand);
      if (op.count_width == 4) flags |= SR_QUICK_NARROW;
    } else if (op.count_from == SR_COUNT_RESULT && !(op.flags & (SR_OP_ON_FAILURE | SR_OP_LATE))) {
      count = offsetof(sr_record, result) / sizeof(std::uint64_t);
    } else {
      return quick;
    }
    if (op.count2_from == SR_COUNT_CONSTANT && op.count_from == SR_COUNT_OPERAND && op.extent == SR_EXTENT_ELEMENTS) {
      flags |= SR_QUICK_BOUNDED;
      limit = std::min(limit, std::uint64_t{op.count2} * unit);
    } else if (op.count2_from == SR_COUNT_OPERAND && op.count2_width == 8 && op.count_from == SR_COUNT_RESULT) {
      quick.most = word_of_argument(op.count2_operand);
    } else if (op.count2_from != SR_COUNT_NONE) {
      return quick;
    }
    const bool is_string = (flags & SR_QUICK_STRING) != 0;
    // What may be netlink is told by its first four bytes.
    if (unit > UINT16_MAX || limit > unsigned{SR_RECORD_MAX} || (is_string && limit > SR_QUICK_LIMIT) || ((flags & SR_QUICK_MESSAGE) != 0 && limit < 4)) return quick;
    quick.flags = static_cast<std::uint8_t>(flags);
    quick.count = count;
    quick.unit = static_cast<std::uint16_t>(unit);
    quick.limit = static_cast<std::uint16_t>(limit);
    return quick;
  }

  static std::uint8_t word_of_argument(unsigned number) {
    return static_cast<std::uint8_t>(offsetof(sr_record, args) / sizeof(std::uint64_t) + number);
  }

  // Variants are found by hashing their keys, one look for each way in which the variants of this call are selected.
  void add_variants(Abi abi, const abi::SyscallRow& row, std::uint32_t index) {
    sr_plan& plan = plan_.plans[index];
    for (const abi::Variant& variant : abi::variants_of(row)) {
      const sr_pattern pattern{variant.selector, variant.has_second ? variant.selector2 : std::uint8_t{0xff}, 0, variant.mask};
      const auto same = [&](const sr_pattern& other) {
        return other.selector == pattern.selector && other.selector2 == pattern.selector2 && other.mask == pattern.mask;
      };
      const auto end = plan.patterns + plan.pattern_count;
      const auto found = std::find_if(plan.patterns, end, same);
      if (found == end) {
        if (plan.pattern_count == SR_MAX_PATTERNS) {
          unselected_ = row.name;
          continue;
        }
        *end = pattern;
        ++plan.pattern_count;
      }
      const auto number = static_cast<std::uint32_t>(found - plan.patterns);
      const sr_variant_key key{index, number, variant.key & variant.mask, variant.has_second ? variant.key2 : 0};
      plan_.variants.emplace_back(key, signature_of(abi, *variant.row, plan.flags));
    }
  }

  sr_signature signature_of(Abi abi, const abi::SyscallRow& row, std::uint32_t& plan_flags) {
    sr_signature signature{};
    const CallPlan& call = capture_.plan_of(abi, row);
    signature.first_op = static_cast<std::uint16_t>(plan_.ops.size());
    signature.op_count = static_cast<std::uint8_t>(std::min<std::size_t>(call.copies.size(), SR_MAX_OPS));
    if (options_.fd_identity) signature.fds = fds_of(row);
    if (signature.op_count == 0) signature.first_op = 0;
    // The operations of one signature stand together, those below them behind.
    const std::size_t first = plan_.ops.size();
    plan_.ops.resize(first + signature.op_count);
    for (std::size_t i = 0; i < signature.op_count; ++i) {
      sr_op op = op_of(abi, call.copies[i], false, pointers_followed);
      op.operand = static_cast<std::uint8_t>(call.copies[i].where);
      if (op.flags & (SR_OP_ENTRY | SR_OP_DEREF)) plan_flags |= SR_AT_ENTRY;
      plan_.ops[first + i] = op;
    }
    return signature;
  }

  // One copy with those below it. `early`: what holds its address is copied at entry. `left`: how many levels of pointers
  // are followed from here.
  sr_op op_of(Abi abi, const CopyPlan& copy, bool early, int left) {
    sr_op op{};
    const bool on_stack = copy.extent == Extent::stack;  // at exit the stack pointer is another
    const bool at_entry = copy.at_entry && (early || copy.early || on_stack || options_.exact || options_.announce_entries);
    early |= at_entry;
    if (at_entry) op.flags |= SR_OP_ENTRY | (copy.at_exit ? 0 : SR_OP_RETRY);
    if (copy.at_entry && !at_entry) op.flags |= SR_OP_LATE;
    if (copy.at_exit) op.flags |= SR_OP_OUTPUT | (copy.on_failure ? SR_OP_ON_FAILURE : 0);
    if (copy.limit == Limit::message && !copy.sealed) op.flags |= SR_OP_MESSAGE;
    if (on_stack) op.flags |= SR_OP_STACK;
    op.head = copy.head;
    op.word = copy.address_width;
    op.abi_word = static_cast<std::uint8_t>(word_size(abi));
    op.field_offset = copy.where;
    op.unit = copy.unit;
    op.stride = static_cast<std::uint16_t>(copy.stride);
    set_counts(op, copy);
    set_extent(op, copy);
    add_children(abi, op, copy, early, left);
    return op;
  }

  static void set_counts(sr_op& op, const CopyPlan& copy) {
    op.count_from = count_code(copy.count.from);
    op.count_width = copy.count.width;
    op.count_operand = operand_of(copy.count);
    op.count = copy.count.count;
    if (copy.count.in_structure) op.flags |= SR_OP_COUNT_IN_ELEMENT;
    op.count2_from = copy.bounded ? count_code(copy.count2.from) : std::uint8_t{SR_COUNT_NONE};
    op.count2_width = copy.count2.width;
    op.count2_operand = operand_of(copy.count2);
    op.count2 = copy.count2.count;
    if (copy.bounded && copy.count2.in_structure) op.flags |= SR_OP_COUNT2_IN_ELEMENT;
    if (op.count_from == SR_COUNT_RESULT || op.count2_from == SR_COUNT_RESULT) op.flags |= SR_OP_USES_RESULT;
    if (op.count_from == SR_COUNT_DEREF && !copy.count.in_structure && copy.at_exit) op.flags |= SR_OP_DEREF;
  }

  void set_extent(sr_op& op, const CopyPlan& copy) {
    op.limit = limit_of(copy);
    if (copy.extent == Extent::string) {
      op.extent = SR_EXTENT_STRING;
      op.unit = 1;
      if (copy.limit != Limit::path) op.limit = string_bound(copy);
      // The constant 4096 stands for "no length of its own".
      if (copy.count.from == CountFrom::constant && copy.count.count == path_max) op.count = SR_RECORD_MAX;
    } else if (copy.extent == Extent::string_vector) {
      op.extent = SR_EXTENT_VECTOR;
      op.limit = SR_RECORD_MAX;
      if (!copy.strings) op.flags |= SR_OP_POINTERS_ONLY;
      const std::uint32_t shown = copy.every_row ? 0xffff : options_.string_limit + 1;
      op.string_count = static_cast<std::uint16_t>(std::min<std::uint32_t>(shown, 0xffff));
    } else {
      op.extent = SR_EXTENT_ELEMENTS;
    }
  }

  // One byte more than is shown, so that a NUL right behind tells "all of it" from "more follows".
  std::uint32_t string_bound(const CopyPlan& copy) const {
    return copy.sealed ? 0 : std::min<std::uint32_t>(options_.string_limit, SR_RECORD_MAX) + 1;
  }

  std::uint32_t limit_of(const CopyPlan& copy) const {
    const std::uint64_t shown = options_.string_limit;
    std::uint64_t limit = SR_RECORD_MAX;
    switch (copy.limit) {
      case Limit::record: break;
      case Limit::path: limit = path_max; break;
      case Limit::data:
      case Limit::message: limit = copy.sealed ? 0 : shown; break;
      case Limit::rows:
        if (!copy.every_row) limit = (shown + 1) * copy.unit;
        break;
    }
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(limit, SR_RECORD_MAX));
  }

  void add_children(Abi abi, sr_op& op, const CopyPlan& copy, bool early, int left) {
    if (op.extent == SR_EXTENT_VECTOR) {
      if (op.flags & SR_OP_POINTERS_ONLY) return;
      sr_op string{};
      string.extent = SR_EXTENT_STRING;
      string.word = string.abi_word = op.abi_word;
      string.count_from = SR_COUNT_CONSTANT;
      string.count2_from = SR_COUNT_NONE;
      string.unit = 1;
      string.count = SR_RECORD_MAX;
      string.limit = string_bound(copy);
      op.first_child = static_cast<std::uint16_t>(plan_.ops.size());
      plan_.ops.push_back(string);
      return;
    }
    if (copy.inner.empty() || copy.stride == 0 || left == 0) return;
    if (copy.unit != copy.stride) op.flags |= SR_OP_ONE;
    const std::size_t first = plan_.ops.size();
    op.first_child = static_cast<std::uint16_t>(first);
    op.child_count = static_cast<std::uint16_t>(copy.inner.size());
    plan_.ops.resize(first + copy.inner.size());
    for (std::size_t i = 0; i < copy.inner.size(); ++i) {
      const sr_op child = op_of(abi, copy.inner[i], early, left - 1);
      plan_.ops[first + i] = child;
      if (child.flags & (SR_OP_LATE | SR_OP_ON_FAILURE | SR_OP_WALK)) op.flags |= SR_OP_WALK;
      if (child.flags & (SR_OP_OUTPUT | SR_OP_WALK_OUTPUT)) op.flags |= SR_OP_WALK_OUTPUT;
    }
  }

  const RecordOptions& options_;
  CapturePlan capture_;
  BpfPlan plan_;
  std::string unselected_;  // a call with more kinds of selection than a plan holds
};

}  // namespace

Result<BpfPlan> make_bpf_plan(const RecordOptions& options) { return Flattener(options).run(); }

}  // namespace sysreel
