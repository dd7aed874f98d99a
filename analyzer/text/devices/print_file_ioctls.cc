// Arguments of ioctl(2) on files, loop devices and the like that are partly input, partly output, or of varying length.
// uapi linux/fiemap.h, linux/fs.h, linux/loop.h, linux/random.h, linux/userfaultfd.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

// The first `count` fields as they were at entry, then, unless the call failed, the rest as they are now.
void print_answered(CallPrinter& p, const abi::Type& type, std::uint64_t address, unsigned count) {
  if (!follow(p, type, address)) return;
  const abi::Struct& layout = *type.layout;
  const unsigned size = abi::size_of(layout, p.call.abi);
  const auto asked = p.memory.input(address, size);
  if (!asked) return print_address(p.out, address);
  p.out.put('{');
  print_fields(p, layout, abi::Flow::in, address, *asked, 0, count);
  const auto given = p.failed() ? std::nullopt : p.memory.output(address, size);
  if (given) print_fields(p, layout, abi::Flow::out, address, *given, count, static_cast<unsigned>(layout.fields.size()));
  p.out.put('}');
}

}  // namespace

void print_uffdio_register(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_answered(p, type, value, 2); }
void print_uffdio_copy(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_answered(p, type, value, 4); }
void print_uffdio_zeropage(CallPrinter& p, const abi::Type& type, std::uint64_t value) { print_answered(p, type, value, 2); }

void print_uffdio_api(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t size = 24;
  if (!follow(p, type, value)) return;
  const auto asked = p.memory.input(value, size);
  if (!asked) return print_address(p.out, value);
  Braces fields(p);
  fields.name("api");
  p.out.hex(number_in<std::uint64_t>(*asked, 0));
  fields.name("features");
  print_flags(p, abi::uffd_features, number_in<std::uint64_t>(*asked, 8));
  const auto given = p.failed() ? std::nullopt : p.memory.output(value, size);
  if (!given) return;
  if (number_in<std::uint64_t>(*given, 8) != number_in<std::uint64_t>(*asked, 8)) {
    p.out.put(" => features=");
    print_flags(p, abi::uffd_features, number_in<std::uint64_t>(*given, 8));
  }
  fields.name("ioctls");
  print_flags(p, abi::uffd_ioctls, number_in<std::uint64_t>(*given, 16));
}

void print_fiemap(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t size = 32;
  if (!follow(p, type, value)) return;
  const auto asked = p.memory.input(value, size);
  if (!asked) return print_address(p.out, value);
  {
    Braces fields(p);
    fields.name("fm_start");
    p.out.decimal(number_in<std::uint64_t>(*asked, 0));
    fields.name("fm_length");
    p.out.decimal(number_in<std::uint64_t>(*asked, 8));
    fields.name("fm_flags");
    print_flags(p, abi::fiemap_flags, number_in<std::uint32_t>(*asked, 16));
    fields.name("fm_extent_count");
    p.out.decimal(number_in<std::uint32_t>(*asked, 24));
  }
  const auto given = p.failed() ? std::nullopt : p.memory.output(value, size);
  if (!given) return;
  p.out.put(" => ");
  Braces fields(p);
  fields.name("fm_flags");
  print_flags(p, abi::fiemap_flags, number_in<std::uint32_t>(*given, 16));
  fields.name("fm_mapped_extents");
  p.out.decimal(number_in<std::uint32_t>(*given, 20));
  fields.next();
  p.out.put("...");
}

namespace {

// Where the range is to be found again; more than two of them with -v only.
void print_destinations(CallPrinter& p, std::uint64_t address, std::uint64_t count) {
  constexpr unsigned size = 32;
  constexpr std::uint64_t shown = 2;
  p.out.put('[');
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i != 0) p.out.put(", ");
    if (p.abbreviated() && i == shown) {
      p.out.put("...");
      break;
    }
    const auto bytes = p.memory.input(address + i * size, size);
    if (!bytes) {
      print_array_end(p, abi::Flow::in, address + i * size, size);
      break;
    }
    Braces fields(p);
    fields.name("dest_fd");
    print(p, abi::value(abi::Kind::fd), number_in<std::uint32_t>(*bytes, 0));
    fields.name("dest_offset");
    p.out.decimal(number_in<std::uint64_t>(*bytes, 8));
  }
  p.out.put(']');
}

}  // namespace

void print_dedupe_range(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t size = 24;
  if (!follow(p, type, value)) return;
  const auto asked = p.memory.input(value, size);
  if (!asked) return print_address(p.out, value);
  Braces fields(p);
  fields.name("src_offset");
  p.out.decimal(number_in<std::uint64_t>(*asked, 0));
  fields.name("src_length");
  p.out.decimal(number_in<std::uint64_t>(*asked, 8));
  fields.name("dest_count");
  p.out.decimal(number_in<std::uint16_t>(*asked, 16));
  fields.name("info");
  print_destinations(p, value + size, number_in<std::uint16_t>(*asked, 16));
}

void print_rand_pool_info(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto bytes = p.fetch(type.copy.flow, value, 8);
  if (!bytes) return print_address(p.out, value);
  const auto size = number_in<std::int32_t>(*bytes, 4);
  Braces fields(p);
  fields.name("entropy_count");
  p.out.signed_decimal(number_in<std::int32_t>(*bytes, 0));
  fields.name("buf_size");
  p.out.signed_decimal(size);
  fields.name("buf");
  print_bytes_at(p, type.copy.flow, value + 8, static_cast<std::uint32_t>(size));
}

}  // namespace sysreel::text
