// Memory and counts as a CallPrinter resolves them.
#include <algorithm>

#include "analyzer/text/value_printer.h"
#include "format/abi/ioctl.h"

namespace sysreel::text {
namespace {
constexpr std::uint64_t page_size = 4096;

// Whether the kernel looks at the low 32 bits of an argument only, so that what is above them does not count.
bool is_narrow(const abi::SyscallRow& row, unsigned index) {
  if (index >= row.args.size()) return false;
  switch (row.args[index].type.kind) {
    case abi::Kind::i32:
    case abi::Kind::u32:
    case abi::Kind::hex32:
    case abi::Kind::oct32: return true;
    default: return false;
  }
}
}  // namespace

std::uint64_t load_number(ByteSpan bytes, abi::CType type) {
  std::uint64_t value = 0;
  const std::size_t size = std::min<std::size_t>(bytes.size(), 8);
  std::memcpy(&value, bytes.data(), size);
  const bool is_signed = type == abi::CType::i8 || type == abi::CType::i16 || type == abi::CType::i32 || type == abi::CType::sword;
  if (!is_signed || size == 0 || size == 8) return value;
  const auto shift = static_cast<unsigned>(64 - 8 * size);
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);
}

std::optional<ByteSpan> CallPrinter::fetch(abi::Flow flow, std::uint64_t address, std::size_t length) const {
  switch (flow) {
    case abi::Flow::none:
    case abi::Flow::in: return memory.input(address, length);
    case abi::Flow::out: return memory.output(address, length);
    case abi::Flow::inout:
      if (half == Half::exit && !failed()) {
        if (auto bytes = memory.output(address, length)) return bytes;
      }
      return memory.input(address, length);
  }
  return std::nullopt;
}

MemoryImage::Run CallPrinter::fetch_run(abi::Flow flow, std::uint64_t address, std::size_t length) const {
  const bool output = flow == abi::Flow::out || (flow == abi::Flow::inout && half == Half::exit && !failed());
  return output ? memory.output_run(address, length) : memory.input_run(address, length);
}

std::optional<std::uint64_t> CallPrinter::fetch_word(abi::Flow flow, std::uint64_t address) const {
  const auto bytes = fetch(flow, address, word());
  if (!bytes) return std::nullopt;
  return load_number(*bytes, abi::CType::word);
}

std::uint64_t CallPrinter::field_value(unsigned index) const {
  if (!frame.layout || index >= frame.layout->fields.size()) return 0;
  const abi::Field& field = frame.layout->fields[index];
  const unsigned offset = abi::offset_of(*frame.layout, index, call.abi);
  const unsigned size = abi::size_of(field.ctype, call.abi, field.type.layout);
  if (size > 8 || offset + size > frame.bytes.size()) return 0;
  return load_number(frame.bytes.subspan(offset, size), field.ctype);
}

std::uint64_t CallPrinter::count(const abi::Count& count, std::uint64_t address) const {
  const auto call_argument = [&] {
    const std::uint64_t value = call.args[count.index];
    return word() == 4 || is_narrow(row, count.index) ? static_cast<std::uint32_t>(value) : value;
  };
  const auto argument = [&] { return frame.layout ? field_value(count.index) : call_argument(); };
  switch (count.from) {
    case abi::CountFrom::constant: return count.count;
    case abi::CountFrom::arg: return argument();
    case abi::CountFrom::arg_bits: {
      const std::uint64_t bits = static_cast<std::uint32_t>(argument());
      const std::uint64_t word_bits = 8ull * word();
      return (bits + word_bits - 1) / word_bits * word();
    }
    case abi::CountFrom::call_arg: return call_argument();
    case abi::CountFrom::ioctl_size: return abi::ioctl_size(static_cast<std::uint32_t>(call_argument()));
    case abi::CountFrom::arg_pages: return (argument() + page_size - 1) / page_size;
    case abi::CountFrom::result: {
      const auto whole = call.result > 0 ? static_cast<std::uint64_t>(call.result) : 0;
      return frame.layout ? whole - std::min(result_taken, whole) : whole;
    }
    case abi::CountFrom::deref: {
      const std::uint64_t pointer = argument();
      const auto before = input<std::int32_t>(pointer);
      if (!before || *before < 0) return 0;
      const auto after = half == Half::exit && !failed() ? output<std::int32_t>(pointer) : before;
      return static_cast<std::uint64_t>(std::max(std::min(*before, after.value_or(*before)), 0));
    }
    case abi::CountFrom::size_of_first: return input<std::uint32_t>(address + count.index).value_or(0);
  }
  return 0;
}

std::uint64_t CallPrinter::elements(const abi::Type& type, std::uint64_t address) {
  const abi::Copy& copy = type.copy;
  const std::uint64_t first = count(copy.count, address);
  const std::uint64_t all = copy.bounded ? std::min(first, count(copy.count2, address)) : first;
  const bool shares_result = copy.count.from == abi::CountFrom::result || (copy.bounded && copy.count2.from == abi::CountFrom::result);
  if (frame.layout && shares_result) result_taken += all;
  return all;
}

}  // namespace sysreel::text
