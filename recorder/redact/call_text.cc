#include "recorder/redact/call_text.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sysreel {
namespace {

using abi::Extent;
using abi::Flow;
using abi::Limit;
using Streams = CallText::Streams;

bool holds_text(const abi::Struct& layout);

bool holds_text(const abi::Type& type) {
  const abi::Copy& copy = type.copy;
  if (copy.extent == Extent::string || copy.extent == Extent::string_vector) return true;
  if (copy.flow == Flow::none && !type.layout) return false;
  if (copy.limit == Limit::data || copy.limit == Limit::message) return true;
  return type.layout && holds_text(*type.layout);
}

// A structure is looked at if something in it leads to text; names that are embedded in it (ifreq's) are no secrets.
bool holds_text(const abi::Struct& layout) {
  return std::any_of(layout.fields.begin(), layout.fields.end(), [](const abi::Field& field) {
    return field.type.copy.flow != Flow::none && (field.type.layout || holds_text(field.type));
  });
}

bool holds_text(const abi::SyscallRow& row) {
  const auto in_arguments = [](const abi::SyscallRow& one) {
    return std::any_of(one.args.begin(), one.args.end(), [](const abi::Arg& arg) { return holds_text(arg.type); });
  };
  const auto variants = abi::variants_of(row);
  return in_arguments(row) || std::any_of(variants.begin(), variants.end(), [&](const abi::Variant& one) { return in_arguments(*one.row); });
}

bool is_user_data(const abi::Type& type) {
  return type.copy.extent == Extent::elements && type.copy.unit == 1 && !type.layout &&
         (type.copy.limit == Limit::data || type.copy.limit == Limit::message);
}

bool is_named(const abi::Type& type, std::string_view prefix) {
  return type.layout && std::string_view(type.layout->name).starts_with(prefix);
}

// Whether the user's data behind this flows into the kernel.
bool flows_in(const abi::Type& type) {
  if (is_user_data(type)) return type.copy.flow == Flow::in;
  return type.layout && std::any_of(type.layout->fields.begin(), type.layout->fields.end(),
                                    [](const abi::Field& field) { return flows_in(field.type); });
}

// The first argument that is a buffer, a vector of buffers or a message, if argument 0 is a descriptor.
CallText::Entry entry_of(const abi::SyscallRow& row) {
  CallText::Entry entry;
  const std::string_view name = row.name;
  if (name == "execve" || name == "execveat") return {Streams::words, static_cast<std::uint8_t>(name == "execve" ? 1 : 2), true};
  if (!holds_text(row)) return entry;
  entry.kind = Streams::texts;
  if ((row.classes & abi::desc) == 0 && (row.classes & abi::network) == 0) return entry;
  for (std::uint8_t i = 1; i < row.args.size(); ++i) {
    const abi::Type& type = row.args[i].type;
    entry.kind = is_user_data(type)           ? Streams::bytes
                 : is_named(type, "iovec")    ? Streams::vectors
                 : is_named(type, "msghdr")   ? Streams::message
                                              : Streams::texts;
    if (entry.kind == Streams::texts) continue;
    entry.buffer = i;
    entry.outward = flows_in(type);
    return entry;
  }
  return entry;
}

std::uint64_t word_at(ByteSpan bytes, std::size_t offset, unsigned width) {
  std::uint64_t value = 0;
  if (offset + width <= bytes.size()) std::memcpy(&value, bytes.data() + offset, width);
  return value;
}

}  // namespace

// Makes the table of an ABI that was not seen before.
const CallText::Entry& CallText::look_up(Abi abi, std::size_t number) {
  static constexpr Entry unknown{Streams::texts, 1, false};
  std::vector<Entry>& table = tables_[static_cast<unsigned>(abi)];
  if (table.empty()) {
    table.resize(abi::table_size(abi), unknown);
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (const auto* row = abi::row_of(abi, SyscallNr{static_cast<std::int32_t>(i)})) table[i] = entry_of(*row);
    }
  }
  return number < table.size() ? table[number] : unknown;
}

bool CallText::in_stream(const Call& call, const Entry& entry, const Block& block) {
  const std::uint64_t head = call.args[entry.buffer];
  if (entry.kind == Streams::bytes) return block.address == head;
  if (block.address == head) return false;
  if (entry.kind == Streams::vectors) return true;
  // Beside the message's own pieces there are the peer's name, the vector and the control messages.
  const unsigned width = word_size(call.abi);
  for (const Block& message : call.blocks) {
    if (message.address != head) continue;
    for (const unsigned word : {0u, 2u, 4u}) {
      if (word_at(message.data, word * width, width) == block.address) return false;
    }
    break;
  }
  return true;
}

}  // namespace sysreel
