#include "analyzer/text/call_text.h"

#include <algorithm>
#include <array>

#include "analyzer/text/results.h"

namespace sysreel::text {

#define CALL(name) void call_##name(CallPrinter& p, Half half);
#define CALL_AT_ENTRY(name) CALL(name)
#include "analyzer/text/calls.def"
#undef CALL_AT_ENTRY
#undef CALL

#define REMARK(kind) void remark_##kind(CallPrinter& p, const abi::Type& type, std::uint64_t value);
#include "analyzer/text/remarks.def"
#undef REMARK

namespace {

constexpr abi::Type hex_argument = abi::value(abi::Kind::hex_word);
constexpr std::array<abi::Arg, 6> unknown_args = {{{hex_argument, "arg0"}, {hex_argument, "arg1"}, {hex_argument, "arg2"},
                                                  {hex_argument, "arg3"}, {hex_argument, "arg4"}, {hex_argument, "arg5"}}};
constexpr abi::SyscallRow unknown_row{"syscall", 0, abi::ResultKind::decimal, unknown_args};

// --- what is special about calls and kinds -----------------------------------------------------------------------------

using CallFunction = void (*)(CallPrinter&, Half);
using RemarkFunction = void (*)(CallPrinter&, const abi::Type&, std::uint64_t);

struct CallEntry {
  std::string_view name;
  CallFunction print;
  bool exits;  // it prints in the exit half, too
};
const std::array call_entries = std::to_array<CallEntry>({
    {"", nullptr, false},
#define CALL(name) {#name, call_##name, true},
#define CALL_AT_ENTRY(name) {#name, call_##name, false},
#include "analyzer/text/calls.def"
#undef CALL_AT_ENTRY
#undef CALL
});

// How the arguments of a call print, nullptr for calls that print by their row.
const CallEntry* entry_of(const abi::SyscallRow& row) {
  for (const CallEntry& entry : call_entries) {
    if (entry.name == row.name) return &entry;
  }
  return nullptr;
}

RemarkFunction remark_of(abi::Kind kind) {
  switch (kind) {
#define REMARK(name) case abi::Kind::name: return remark_##name;
#include "analyzer/text/remarks.def"
#undef REMARK
    default: return nullptr;
  }
}

bool waits_for_exit(const abi::Type& type) {
  return (type.copy.flow == abi::Flow::out || type.copy.flow == abi::Flow::inout) && !remark_of(type.kind);
}

// How many arguments belong to the entry half.
std::size_t entry_arguments(const abi::SyscallRow& row) {
  std::size_t count = 0;
  while (count < row.args.size() && !waits_for_exit(row.args[count].type)) ++count;
  return count;
}

// As many numbers as the call has arguments, whatever they mean.
void print_raw_arguments(CallPrinter& p) {
  const abi::SyscallRow* base = abi::row_of(p.call.abi, p.call.nr);
  const std::span<const abi::Arg> args = base ? base->args : p.row.args;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (i != 0) p.out.put(", ");
    if (p.options.argument_names) {
      p.out.put(args[i].name);
      p.out.put('=');
    }
    print(p, hex_argument, p.call.args[i]);
  }
}

void print_arguments(CallPrinter& p, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    const abi::Arg& argument = p.row.args[i];
    const std::size_t before = p.out.size();
    if (i != first) p.out.put(", ");
    if (p.options.argument_names) {
      p.out.put(argument.name);
      p.out.put('=');
    }
    const std::size_t empty = p.out.size();
    print(p, argument.type, p.call.args[i]);
    if (p.out.size() == empty) p.out.truncate(before);  // the argument is absent
  }
}

}  // namespace

const abi::SyscallRow& row_for(const Call& call) {
  const abi::SyscallRow* row = abi::row_of(call.abi, call.nr);
  return row ? abi::variant_of(*row, call.args) : unknown_row;
}

void print_call_name(Out& out, const Call& call, const abi::SyscallRow& row) {
  out.put(row.name);
  if (&row != &unknown_row) return;
  out.put("_0x");
  out.bare_hex(static_cast<std::uint32_t>(raw(call.nr)));
}

bool has_exit_half(const abi::SyscallRow& row) {
  if (const CallEntry* entry = entry_of(row)) return entry->exits;
  if (entry_arguments(row) < row.args.size()) return true;
  return std::any_of(row.args.begin(), row.args.end(), [](const abi::Arg& argument) { return remark_of(argument.type.kind); });
}

void print_entry_half(CallPrinter& p) {
  if (p.raw()) return print_raw_arguments(p);
  if (const CallEntry* entry = entry_of(p.row)) return entry->print(p, Half::entry);
  const std::size_t count = entry_arguments(p.row);
  print_arguments(p, 0, count);
  if (count != 0 && count < p.row.args.size()) p.out.put(", ");
}

void print_exit_half(CallPrinter& p) {
  if (p.raw()) return;
  if (const CallEntry* entry = entry_of(p.row)) return entry->print(p, Half::exit);
  print_arguments(p, entry_arguments(p.row), p.row.args.size());
  for (std::size_t i = 0; i < p.row.args.size(); ++i) {
    if (const RemarkFunction remark = remark_of(p.row.args[i].type.kind)) remark(p, p.row.args[i].type, p.call.args[i]);
  }
}

}  // namespace sysreel::text
