// Modes, open flags, device numbers and offsets of files.
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint32_t o_accmode = 3, o_creat = 0x40, o_tmpfile = 0x400000;
constexpr std::uint32_t s_ifmt = 0170000;

constexpr abi::Name file_types[] = {{0010000, "S_IFIFO"}, {0020000, "S_IFCHR"}, {0040000, "S_IFDIR"}, {0060000, "S_IFBLK"},
                                    {0100000, "S_IFREG"}, {0120000, "S_IFLNK"}, {0140000, "S_IFSOCK"}};
constexpr abi::Name access_modes[] = {{0, "O_RDONLY"}, {1, "O_WRONLY"}, {2, "O_RDWR"}, {3, "O_ACCMODE"}};

// As printf's %#03ho.
void put_permissions(Out& out, std::uint32_t bits) {
  if (bits < 010) out.put(bits == 0 ? "00" : "0");
  out.octal(bits);
}

}  // namespace

void print_permissions(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  put_permissions(p.out, static_cast<std::uint16_t>(value));
}

void print_mode_if_creating(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  // The flags are the argument before.
  for (std::size_t i = 1; i < p.row.args.size(); ++i) {
    if (p.row.args[i].type.kind != abi::Kind::mode_if_creating) continue;
    if ((p.call.args[i - 1] & (o_creat | o_tmpfile)) != 0) print_permissions(p, type, value);
    return;
  }
}

void print_mode(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto mode = static_cast<std::uint32_t>(value);
  const auto names = abi::Names{"file_types", nullptr, file_types};
  const char* name = name_of(names, mode & s_ifmt);
  if (p.options.constants != ConstantStyle::abbrev || !name) {
    put_permissions(p.out, mode);
    if (!name || p.options.constants == ConstantStyle::raw) return;
    p.out.put(" /* ");
  }
  p.out.put(name);
  std::uint32_t rest = mode & ~s_ifmt;
  for (const abi::Name& bit : abi::set_id_bits.rows) {
    if ((rest & bit.value) == 0) continue;
    p.out.put('|');
    p.out.put(bit.text);
    rest &= ~static_cast<std::uint32_t>(bit.value);
  }
  p.out.put('|');
  put_permissions(p.out, rest);
  if (p.options.constants == ConstantStyle::verbose) p.out.put(" */");
}

namespace {

void put_open_flags(CallPrinter& p, std::uint64_t flags) {
  const ConstantStyle style = p.options.constants;
  if (style != ConstantStyle::abbrev) p.out.hex(flags);
  if (style == ConstantStyle::raw) return;
  if (style == ConstantStyle::verbose) p.out.put(" /* ");
  p.out.put(access_modes[flags & o_accmode].text);
  std::uint64_t rest = flags & ~std::uint64_t{o_accmode};
  for (const abi::Name& name : abi::open_flags.rows) {
    if (name.value == 0 || (rest & name.value) != name.value) continue;
    p.out.put('|');
    p.out.put(name.text);
    rest &= ~name.value;
  }
  if (rest != 0) {
    p.out.put('|');
    p.out.hex(rest);
  }
  if (style == ConstantStyle::verbose) p.out.put(" */");
}

}  // namespace

void print_open_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) { put_open_flags(p, static_cast<std::uint32_t>(value)); }
void print_open_flags64(CallPrinter& p, const abi::Type&, std::uint64_t value) { put_open_flags(p, value); }

// The 16 bits that the kernel takes of a mode that is an argument.
void print_mode_argument(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_mode(p, type, static_cast<std::uint16_t>(value));
}

void print_device(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const std::uint64_t major = ((value >> 8) & 0xfff) | ((value >> 32) & ~0xfffull);
  const std::uint64_t minor = (value & 0xff) | ((value >> 12) & 0xffffff00);
  const ConstantStyle style = p.options.constants;
  if (style != ConstantStyle::abbrev) p.out.hex(value);
  if (style == ConstantStyle::raw) return;
  if (style == ConstantStyle::verbose) p.out.put(" /* ");
  p.out.put("makedev(");
  p.out.hex(major);
  p.out.put(", ");
  p.out.hex(minor);
  p.out.put(')');
  if (style == ConstantStyle::verbose) p.out.put(" */");
}

void print_offset(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.signed_decimal(static_cast<std::int64_t>(value)); }

void print_offset_pair(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  // The low half is this argument, the high half the next: the only kind whose value spans two registers.
  for (std::size_t i = 0; i + 1 < p.call.args.size() && i < p.row.args.size(); ++i) {
    if (&p.row.args[i].type != &type) continue;
    const std::uint64_t low = static_cast<std::uint32_t>(p.call.args[i]);
    return p.out.signed_decimal(static_cast<std::int64_t>(low | p.call.args[i + 1] << 32));
  }
  p.out.signed_decimal(static_cast<std::int64_t>(value));
}

}  // namespace sysreel::text
