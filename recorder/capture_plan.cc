#include "recorder/capture_plan.h"

#include <algorithm>

#include "format/abi/layout.h"

namespace sysreel {
namespace {

using abi::CountFrom;
using abi::CType;
using abi::Extent;
using abi::Flow;

// How far pointers are followed.
struct Reach {
  int pointers = 4;  // one behind the other: recvmmsg's mmsghdr -> iovec -> buffer, and one more
  int links = 32;    // of a list, from a structure to the next of its kind: one more is recorded than is shown by default
};

// Kinds that say how many bits of an argument's register count.
std::uint8_t width_of_argument(const abi::Type& type, Abi abi) {
  switch (type.kind) {
    case abi::Kind::i32:
    case abi::Kind::u32:
    case abi::Kind::hex32:
    case abi::Kind::oct32: return 4;
    default: return static_cast<std::uint8_t>(word_size(abi));
  }
}

bool has_messages(const CopyPlan& copy) {
  return copy.limit == abi::Limit::message || std::any_of(copy.inner.begin(), copy.inner.end(), has_messages);
}

// Resolves counts and structures of one call for one ABI.
class Planner {
 public:
  Planner(Abi abi, const abi::SyscallRow& row, bool verbose, bool sealed) : abi_(abi), row_(row), verbose_(verbose), sealed_(sealed) {}

  CallPlan plan() const {
    CallPlan plan;
    plan.row = &row_;
    for (std::size_t i = 0; i < row_.args.size() && i < 6; ++i) {
      const abi::Type& type = row_.args[i].type;
      if (type.copy.flow == Flow::none || type.copy.extent == Extent::none) continue;
      CopyPlan copy = copy_of(type, nullptr, Reach{});
      copy.where = static_cast<std::uint16_t>(i);
      copy.address_width = static_cast<std::uint8_t>(word_size(abi_));
      plan.at_entry |= copy.at_entry || copy.inner_at_entry;
      plan.at_exit |= copy.at_exit || copy.inner_at_exit;
      plan.has_messages |= has_messages(copy);
      plan.copies.push_back(std::move(copy));
    }
    return plan;
  }

 private:
  Length length_of(const abi::Count& count, const abi::Struct* structure) const {
    Length length{.from = count.from, .index = count.index, .count = count.count};
    const bool of_field = structure && (count.from == CountFrom::arg || count.from == CountFrom::arg_bits ||
                                        count.from == CountFrom::arg_pages || count.from == CountFrom::deref);
    if (of_field && count.index < structure->fields.size()) {
      length.in_structure = true;
      length.index = 0;
      length.offset = static_cast<std::uint16_t>(abi::offset_of(*structure, count.index, abi_));
      const CType ctype = structure->fields[count.index].ctype;
      length.width = ctype == CType::structure ? 0 : static_cast<std::uint8_t>(abi::size_of(ctype, abi_));
    } else if (count.index < row_.args.size()) {
      length.width = width_of_argument(row_.args[count.index].type, abi_);
    }
    if (length.from == CountFrom::call_arg) length.from = CountFrom::arg;
    return length;
  }

  CopyPlan copy_of(const abi::Type& type, const abi::Struct* structure, Reach reach) const {
    const abi::Copy& copy = type.copy;
    CopyPlan plan;
    plan.at_entry = copy.flow == Flow::in || copy.flow == Flow::inout;
    plan.at_exit = copy.flow == Flow::out || copy.flow == Flow::inout;
    plan.on_failure = copy.on_failure;
    plan.early = copy.at_entry || copy.flow == Flow::inout;
    plan.extent = copy.extent;
    plan.limit = copy.limit;
    plan.strings = type.kind != abi::Kind::environment || verbose_;
    plan.every_row = verbose_;
    plan.sealed = sealed_ && (copy.limit == abi::Limit::data || copy.limit == abi::Limit::message);
    plan.count = length_of(copy.count, structure);
    plan.bounded = copy.bounded;
    if (copy.bounded) plan.count2 = length_of(copy.count2, structure);
    plan.head = copy.head * word_size(abi_);
    plan.unit = copy.unit;
    if (copy.unit == 0) plan.unit = type.layout ? abi::size_of(*type.layout, abi_) : word_size(abi_);
    if (copy.extent == Extent::string_vector) plan.unit = word_size(abi_);
    if (copy.extent == Extent::elements && type.layout && reach.pointers > 0) {
      add_inner(plan.inner, *type.layout, 0, {reach.pointers - 1, reach.links});
      if (!plan.inner.empty()) plan.stride = abi::size_of(*type.layout, abi_);
      for (const CopyPlan& inner : plan.inner) {
        plan.inner_at_entry |= inner.at_entry || inner.inner_at_entry;
        plan.inner_at_exit |= inner.at_exit || inner.inner_at_exit;
      }
    }
    return plan;
  }

  // Adds the pointers of a structure that begins at `base`, those of embedded structures included.
  void add_inner(std::vector<CopyPlan>& inner, const abi::Struct& layout, unsigned base, Reach reach) const {
    for (unsigned i = 0; i < layout.fields.size(); ++i) {
      const abi::Field& field = layout.fields[i];
      const unsigned offset = base + abi::offset_of(layout, i, abi_);
      const unsigned size = abi::size_of(field.ctype, abi_, field.type.layout);
      for (unsigned n = 0; n < field.length; ++n) {
        if (field.ctype == CType::structure) {
          add_inner(inner, *field.type.layout, offset + n * size, reach);
        } else if (field.type.copy.flow != Flow::none && field.type.copy.extent != Extent::none && size >= 4) {
          const auto where = static_cast<std::uint16_t>(offset + n * size);
          const bool is_link = field.type.layout == &layout;
          if (is_link && reach.links == 0) continue;
          CopyPlan copy = copy_of(field.type, &layout, is_link ? Reach{reach.pointers + 1, reach.links - 1} : reach);
          copy.where = where;
          copy.address_width = static_cast<std::uint8_t>(size);
          shift(copy.count, base);
          shift(copy.count2, base);
          if (std::any_of(inner.begin(), inner.end(), [&](const CopyPlan& other) { return same_copy(other, copy); })) continue;
          inner.push_back(std::move(copy));
        }
      }
    }
  }

  // The arms of a union may hold the same pointer: one copy, unless it leads to something else there.
  static bool same_copy(const CopyPlan& one, const CopyPlan& other) {
    return one.where == other.where && one.extent == other.extent && one.unit == other.unit && one.count == other.count &&
           one.inner.empty() == other.inner.empty();
  }

  static void shift(Length& length, unsigned base) {
    if (length.in_structure) length.offset = static_cast<std::uint16_t>(length.offset + base);
  }

  Abi abi_;
  const abi::SyscallRow& row_;
  bool verbose_;
  bool sealed_;
};

}  // namespace

CapturePlan::CapturePlan(const RecordOptions& options)
    : string_limit_(options.string_limit),
      verbose_(options.verbose),
      strict_filter_(options.strict_filter),
      wanted_(options.wanted),
      without_payload_(options.without_payload) {}

Keep CapturePlan::keep(Abi abi, SyscallNr nr) const {
  if (wanted_.has(abi, nr)) return Keep::yes;
  if (strict_filter_) return Keep::no;
  const abi::SyscallRow* const row = abi::row_of(abi, nr);
  return row && (row->classes & keeps_model) != 0 ? Keep::hidden : Keep::no;
}

const CallPlan& CapturePlan::plan_for(Abi abi, SyscallNr nr, std::span<const std::uint64_t, 6> args) {
  static const CallPlan unknown;
  const abi::SyscallRow* const row = abi::row_of(abi, nr);
  return row ? plan_of(abi, abi::variant_of(*row, args)) : unknown;
}

const CallPlan& CapturePlan::plan_of(Abi abi, const abi::SyscallRow& row) {
  auto& plans = plans_[static_cast<std::size_t>(abi)];
  const auto found = plans.find(&row);
  if (found != plans.end()) return found->second;
  const auto number = abi::number_of(abi, row.name);
  const bool sealed = number && without_payload_.has(abi, *number);
  return plans.emplace(&row, Planner(abi, row, verbose_, sealed).plan()).first->second;
}

}  // namespace sysreel
