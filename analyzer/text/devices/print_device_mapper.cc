// The device mapper: a head that all commands share, and what stands behind it. uapi linux/dm-ioctl.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/ioctl.h"

namespace sysreel::text {
namespace {

enum Command : unsigned {
  remove_all = 1, list_devices = 2, dev_remove = 4, dev_rename = 5, dev_suspend = 6, dev_wait = 8, table_load = 9,
  table_deps = 11, table_status = 12, list_versions = 13, target_message = 14, set_geometry = 15
};

constexpr std::size_t head_size = 305, known_version = 4;
constexpr std::size_t data_size_offset = 12, data_start_offset = 16, target_count_offset = 20, flags_offset = 28,
                      event_offset = 32, device_offset = 40, name_offset = 48, name_size = 128, uuid_offset = 176, uuid_size = 129;

bool has_parameters(unsigned command) {
  switch (command) {
    case list_devices: case dev_rename: case dev_wait: case table_load: case table_deps: case table_status: case list_versions:
    case target_message: case set_geometry: return true;
    default: return false;
  }
}

bool names_device(unsigned command) { return command != remove_all && command != list_devices && command != list_versions; }

bool has_event(unsigned command, std::uint32_t flags) {
  constexpr std::uint32_t suspend = 2;
  return command == dev_remove || command == dev_rename || command == dev_wait ||
         (command == dev_suspend && (flags & suspend) == 0);
}

void print_misplaced(CallPrinter& p, std::string_view what) {
  p.out.put("??? /* misplaced ");
  p.out.put(what);
  p.out.put(" */");
}

// A string that ends within `room` bytes, cut by -s.
void print_text(CallPrinter& p, std::uint64_t address, std::uint64_t room) {
  const std::uint64_t limit = p.options.string_limit;
  const auto wanted = static_cast<std::size_t>(std::min(room, limit + 1));
  const MemoryImage::Run run = p.fetch_run(abi::Flow::in, address, wanted);
  std::size_t length = 0;
  while (length < run.bytes.size() && run.bytes[length] != std::byte{0}) ++length;
  if (length == run.bytes.size() && length < wanted) return print_address(p.out, address);
  print_quoted(p, run.bytes.first(std::min<std::size_t>(length, limit)), length > limit);
}

void print_string_parameter(CallPrinter& p, std::uint64_t address, std::uint64_t start, std::uint64_t size) {
  if (start > size) return print_misplaced(p, "string");
  Braces fields(p);
  fields.name("string");
  print_text(p, address + start, size - start);
}

void print_message_parameter(CallPrinter& p, std::uint64_t address, std::uint64_t start, std::uint64_t size) {
  constexpr std::uint64_t sector_size = 8;
  if (start + sector_size > size) return print_misplaced(p, "struct dm_target_msg");
  const auto sector = p.input<std::uint64_t>(address + start);
  if (!sector) return print_address(p.out, address + start);
  Braces fields(p);
  fields.name("sector");
  p.out.decimal(*sector);
  fields.name("message");
  print_text(p, address + start + sector_size, size - start - sector_size);
}

// Each target tells how far it is to the next.
void print_targets(CallPrinter& p, std::uint64_t address, std::uint64_t start, std::uint64_t size, std::uint32_t count) {
  constexpr std::uint64_t target_size = 40;
  constexpr std::size_t length_offset = 8, next_offset = 20, type_offset = 24, type_size = 16;
  std::uint64_t at = start, step = target_size;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i != 0) p.out.put(", ");
    if (step < target_size || at + target_size > size) return print_misplaced(p, "struct dm_target_spec");
    if (i >= p.options.string_limit) return p.out.put("...");
    const auto target = p.memory.input(address + at, target_size);
    if (!target) return print_address(p.out, address + at);
    Braces fields(p);
    fields.name("sector_start");
    p.out.decimal(number_in<std::uint64_t>(*target, 0));
    fields.name("length");
    p.out.decimal(number_in<std::uint64_t>(*target, length_offset));
    fields.name("target_type");
    print_quoted_field(p, target->subspan(type_offset, type_size));
    fields.name("string");
    print_text(p, address + at + target_size, size - at - target_size);
    step = number_in<std::uint32_t>(*target, next_offset);
    at += step;
  }
}

void print_parameters(CallPrinter& p, unsigned command, std::uint64_t address, ByteSpan head) {
  const auto start = number_in<std::uint32_t>(head, data_start_offset), size = number_in<std::uint32_t>(head, data_size_offset);
  const auto targets = number_in<std::uint32_t>(head, target_count_offset);
  const bool shown = command == target_message || command == set_geometry || command == dev_rename || (command == table_load && targets != 0);
  if (!shown) return;
  p.out.put(", ");
  if (p.abbreviated()) return p.out.put("...");
  if (command == table_load) return print_targets(p, address, start, size, targets);
  if (command == target_message) return print_message_parameter(p, address, start, size);
  print_string_parameter(p, address, start, size);
}

void print_head(CallPrinter& p, Braces& fields, unsigned command, ByteSpan head) {
  const auto number = [&](const char* name, std::size_t offset) {
    fields.name(name);
    p.out.decimal(number_in<std::uint32_t>(head, offset));
  };
  if (has_parameters(command)) number("data_start", data_start_offset);
  if (names_device(command)) {
    if (const auto device = number_in<std::uint64_t>(head, device_offset)) {
      fields.name("dev");
      print(p, abi::value(abi::Kind::device), device);
    }
    if (head[name_offset] != std::byte{0}) {
      fields.name("name");
      print_quoted_field(p, head.subspan(name_offset, name_size));
    }
    if (head[uuid_offset] != std::byte{0}) {
      fields.name("uuid");
      print_quoted_field(p, head.subspan(uuid_offset, uuid_size));
    }
  }
  if (command == table_load) number("target_count", target_count_offset);
  const auto flags = number_in<std::uint32_t>(head, flags_offset);
  if (has_event(command, flags)) number("event_nr", event_offset);
  fields.name("flags");
  print_flags(p, abi::device_mapper_flags, flags);
}

}  // namespace

void print_device_mapper(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto head = p.memory.input(value, head_size);
  const std::uint32_t size = head ? number_in<std::uint32_t>(*head, data_size_offset) : 0;
  if (size < data_size_offset) return print_address(p.out, value);
  const unsigned command = abi::ioctl_number(static_cast<std::uint32_t>(p.call.args[1]));
  p.out.put('[');
  {
    Braces fields(p);
    fields.name("version");
    p.out.put('[');
    for (std::size_t i = 0; i < 3; ++i) {
      if (i != 0) p.out.put(", ");
      p.out.decimal(number_in<std::uint32_t>(*head, 4 * i));
    }
    p.out.put(']');
    if (number_in<std::uint32_t>(*head, 0) != known_version) {
      p.out.put(" /* unsupported device mapper ABI version */");
    } else {
      fields.name("data_size");
      p.out.decimal(size);
      if (size < head_size) {
        p.out.put(" /* data_size too small */");
      } else {
        print_head(p, fields, command, *head);
      }
    }
  }
  if (number_in<std::uint32_t>(*head, 0) == known_version && size >= head_size) print_parameters(p, command, value, *head);
  p.out.put(']');
}

}  // namespace sysreel::text
