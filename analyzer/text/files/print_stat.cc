// What stat, statx and statfs return. One printer each for every ABI: fields are found by name.
#include "analyzer/text/files/arguments.h"
#include "analyzer/text/files/fields.h"
#include "analyzer/text/time/print_time.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint32_t s_ifmt = 0170000, s_ifchr = 0020000, s_ifblk = 0060000;
constexpr std::uint64_t nanos = 1'000'000'000;

bool is_device(std::uint64_t mode) { return (mode & s_ifmt) == s_ifchr || (mode & s_ifmt) == s_ifblk; }

// The whole structure at `address`, or its address printed.
std::optional<ByteSpan> fetch_structure(CallPrinter& p, const abi::Type& type, std::uint64_t address) {
  if (!follow(p, type, address)) return std::nullopt;
  const auto bytes = p.fetch(type.copy.flow, address, abi::size_of(*type.layout, p.call.abi));
  if (!bytes) print_address(p.out, address);
  return bytes;
}

void print_stat_time(CallPrinter& p, FieldPrinter& fields, const char* name, const char* nanoseconds) {
  const auto seconds = static_cast<std::int64_t>(fields.value(name).value_or(0));
  fields.print(name);
  print_date_note(p, seconds, fields.value(nanoseconds).value_or(0), nanos);
  fields.print(nanoseconds);
}

// Which fields of statx are there, by the bits of stx_mask that say so; 0: always. Unlisted fields: always.
struct StatxField {
  const char* name;
  std::uint32_t mask;
  bool verbose;
};
constexpr StatxField statx_fields[] = {
    {"stx_mask", 0, false},
    {"stx_blksize", 0, true},
    {"stx_attributes", 0, false},
    {"stx_nlink", 0x4, true},
    {"stx_uid", 0x8, true},
    {"stx_gid", 0x10, true},
    {"stx_mode", 0x3, false},
    {"stx_ino", 0x100, true},
    {"stx_size", 0x200, false},
    {"stx_blocks", 0x400, true},
    {"stx_attributes_mask", 0, true},
    {"stx_atime", 0x20, true},
    {"stx_btime", 0x800, true},
    {"stx_ctime", 0x80, true},
    {"stx_mtime", 0x40, true},
    {"stx_rdev_major", 0, true},
    {"stx_rdev_minor", 0, true},
    {"stx_dev_major", 0, true},
    {"stx_dev_minor", 0, true},
    {"stx_mnt_id", 0x5000, true},
    {"stx_dio_mem_align", 0x2000, true},
    {"stx_dio_offset_align", 0x2000, true},
    {"stx_subvol", 0x8000, true},
    {"stx_atomic_write_unit_min", 0x10000, true},
    {"stx_atomic_write_unit_max", 0x10000, true},
    {"stx_atomic_write_segments_max", 0x10000, true},
    {"stx_dio_read_offset_align", 0x20000, true},
    {"stx_atomic_write_unit_max_opt", 0x10000, true},
};

}  // namespace

void print_stat(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto bytes = fetch_structure(p, type, value);
  if (!bytes) return;
  FieldPrinter fields(p, *type.layout, type.copy.flow, value, *bytes);
  const bool all = !p.abbreviated();
  p.out.put('{');
  if (all) {
    fields.print("st_dev");
    fields.print("st_ino");
  }
  fields.print("st_mode");
  if (all) {
    for (const char* name : {"st_nlink", "st_uid", "st_gid"}) fields.print(name);
    for (const char* name : {"st_blksize", "st_blocks"}) {
      if (fields.value(name)) {
        fields.print(name);
      } else {  // the oldest layout has neither
        fields.begin(name);
        p.out.put('0');
      }
    }
  }
  fields.print(is_device(fields.value("st_mode").value_or(0)) ? "st_rdev" : "st_size");
  if (all) {
    print_stat_time(p, fields, "st_atime", "st_atime_nsec");
    print_stat_time(p, fields, "st_mtime", "st_mtime_nsec");
    print_stat_time(p, fields, "st_ctime", "st_ctime_nsec");
  } else {
    p.out.put(", ...");
  }
  p.out.put('}');
}

void print_statx(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto bytes = fetch_structure(p, type, value);
  if (!bytes) return;
  FieldPrinter fields(p, *type.layout, type.copy.flow, value, *bytes);
  const auto mask = static_cast<std::uint32_t>(fields.value("stx_mask").value_or(0));
  p.out.put('{');
  for (const StatxField& field : statx_fields) {
    if (field.verbose && p.abbreviated()) continue;
    if (field.mask == 0 || (mask & field.mask) != 0) fields.print(field.name);
  }
  p.out.put(p.abbreviated() ? ", ...}" : "}");
}

void print_statx_time(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto bytes = p.fetch(type.copy.flow, value, abi::size_of(*type.layout, p.call.abi));
  if (!bytes) return print_address(p.out, value);
  FieldPrinter fields(p, *type.layout, type.copy.flow, value, *bytes);
  print_struct(p, *type.layout, type.copy.flow, value, *bytes);
  print_date_note(p, static_cast<std::int64_t>(*fields.value("tv_sec")), *fields.value("tv_nsec"), nanos);
}

void print_statx_flags(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t sync_mask = 0x6000;
  const auto flags = static_cast<std::uint32_t>(value);
  if (p.options.constants == ConstantStyle::raw && (flags & sync_mask) == 0) return p.out.hex(flags);
  print_flags(p, abi::statx_sync_types, flags & sync_mask);
  if ((flags & ~sync_mask) == 0) return;
  p.out.put('|');
  print_flags(p, abi::statx_flags, flags & ~sync_mask);
}

void print_statfs(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto bytes = fetch_structure(p, type, value);
  if (!bytes) return;
  FieldPrinter fields(p, *type.layout, type.copy.flow, value, *bytes);
  p.out.put('{');
  for (const char* name : {"f_type", "f_bsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree", "f_fsid", "f_namelen",
                           "f_frsize", "f_flags"}) {
    fields.print(name);
  }
  p.out.put('}');
}

void print_filesystem_magic(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  print_one_of(p, abi::filesystem_magics, value);
}

void print_filesystem_id(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const auto bytes = p.fetch(type.copy.flow, value, 8);
  if (!bytes) return print_address(p.out, value);
  std::uint32_t id[2];
  std::memcpy(id, bytes->data(), sizeof id);
  p.out.put("{val=[");
  p.out.hex(id[0]);
  p.out.put(", ");
  p.out.hex(id[1]);
  p.out.put("]}");
}


void print_device32(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_device(p, type, static_cast<std::uint32_t>(value));
}

void print_device_of_mode(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (is_device(neighbour(p, type, -1))) print_device(p, type, static_cast<std::uint32_t>(value));
}

}  // namespace sysreel::text
