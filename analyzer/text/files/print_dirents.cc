// Directory entries: one after the other, each with its own length. uapi linux/dirent.h, linux/dirent.h (linux_dirent64).
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t load(ByteSpan bytes, std::size_t offset, std::size_t size) {
  std::uint64_t value = 0;
  if (offset + size <= bytes.size()) std::memcpy(&value, bytes.data() + offset, size);
  return value;
}

// Where the fields of an entry are. The name is between `name` and the entry's end; d_type is behind it or before it.
struct EntryLayout {
  std::size_t ino, off, off_size, reclen, type, name;
  bool type_last;  // getdents: the last byte of the entry
};

EntryLayout layout_of(const CallPrinter& p, bool wide) {
  if (wide) return {0, 8, 8, 16, 18, 19, false};
  const std::size_t word = p.word();
  return {0, word, word, 2 * word, 0, 2 * word + 2, true};
}

void print_entry(CallPrinter& p, const EntryLayout& layout, ByteSpan entry, bool wide) {
  const std::size_t word = wide ? 8 : p.word();
  p.out.put("{d_ino=");
  p.out.decimal(load(entry, layout.ino, word));
  p.out.put(", d_off=");
  const std::uint64_t off = load(entry, layout.off, word);
  wide ? p.out.signed_decimal(static_cast<std::int64_t>(off)) : p.out.decimal(off);
  p.out.put(", d_reclen=");
  p.out.decimal(entry.size());
  const auto put_type = [&] {
    p.out.put(", d_type=");
    print_one_of(p, abi::directory_types, load(entry, layout.type_last ? entry.size() - 1 : layout.type, 1));
  };
  if (!layout.type_last) put_type();
  p.out.put(", d_name=");
  print_quoted_field(p, entry.subspan(layout.name, entry.size() - layout.name - (layout.type_last ? 1 : 0)));
  if (layout.type_last) put_type();
  p.out.put('}');
}

void print_entries(CallPrinter& p, const abi::Type& type, std::uint64_t address, bool wide) {
  if (!follow(p, type, address)) return;
  const auto size = static_cast<std::size_t>(p.elements(type, address));
  const auto bytes = p.fetch(type.copy.flow, address, size);
  if (!bytes) return print_address(p.out, address);
  const EntryLayout layout = layout_of(p, wide);
  const bool list = !p.abbreviated();
  std::uint64_t count = 0;
  if (list) p.out.put('[');
  for (std::size_t at = 0; at < size;) {
    const std::size_t length = static_cast<std::size_t>(load(*bytes, at + layout.reclen, 2));
    if (length <= layout.name + 1 || at + length > size) break;  // not what the kernel writes
    if (list) {
      if (count != 0) p.out.put(", ");
      print_entry(p, layout, bytes->subspan(at, length), wide);
    }
    ++count;
    at += length;
  }
  if (list) return p.out.put(']');
  print_address(p.out, address);
  p.out.put(" /* ");
  p.out.decimal(count);
  p.out.put(" entries */");
}

}  // namespace

void print_dirents(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_entries(p, type, value, false); }
void print_dirents64(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_entries(p, type, value, true); }

void print_old_dirent(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr std::size_t head = 10;  // two words and a length, of the 32-bit ABIs that have this call
  const auto bytes = p.fetch(type.copy.flow, value, head);
  const auto name = bytes ? p.fetch(type.copy.flow, value + head, static_cast<std::size_t>(load(*bytes, 8, 2))) : std::nullopt;
  if (!name) return print_address(p.out, value);
  p.out.put("{d_ino=");
  p.out.decimal(load(*bytes, 0, 4));
  p.out.put(", d_off=");
  p.out.decimal(load(*bytes, 4, 4));
  p.out.put(", d_reclen=");
  p.out.decimal(load(*bytes, 8, 2));
  p.out.put(", d_name=");
  print_quoted(p, *name, false);
  p.out.put('}');
}

}  // namespace sysreel::text
