// The command of an ioctl: its names, its family's name with a parameter, or its parts. And what an undescribed one points to.
#include <algorithm>
#include <string_view>

#include "analyzer/text/network/network.h"
#include "analyzer/text/value_printer.h"
#include "format/abi/flags.h"
#include "format/abi/ioctl.h"

namespace sysreel::text {
namespace {

enum IoctlDirection : unsigned { write = 1, read = 2, read_write = 3 };

// What the parameter of a family is.
enum class Parameter : std::uint8_t {
  size,         // EVIOCGNAME(16)
  number,       // MIXER_READ(13)
  abs_axis,     // EVIOCGABS(ABS_X)
  event_size,   // EVIOCGBIT(EV_KEY, 8)
};

// Commands that are macros with a parameter: a range of numbers of one direction and type.
struct Family {
  char type;
  unsigned direction;
  unsigned first, last;
  const char* name;
  Parameter parameter;
};

constexpr Family families[] = {
    {'E', write, 0xc0, 0xff, "EVIOCSABS", Parameter::abs_axis},
    {'E', read, 0x20, 0x3f, "EVIOCGBIT", Parameter::event_size},
    {'E', read, 0x40, 0x7f, "EVIOCGABS", Parameter::abs_axis},
    {'E', read, 0x06, 0x06, "EVIOCGNAME", Parameter::size},
    {'E', read, 0x07, 0x07, "EVIOCGPHYS", Parameter::size},
    {'E', read, 0x08, 0x08, "EVIOCGUNIQ", Parameter::size},
    {'E', read, 0x09, 0x09, "EVIOCGPROP", Parameter::size},
    {'E', read, 0x0a, 0x0a, "EVIOCGMTSLOTS", Parameter::size},
    {'E', read, 0x18, 0x18, "EVIOCGKEY", Parameter::size},
    {'E', read, 0x19, 0x19, "EVIOCGLED", Parameter::size},
    {'E', read, 0x1a, 0x1a, "EVIOCGSND", Parameter::size},
    {'E', read, 0x1b, 0x1b, "EVIOCGSW", Parameter::size},
    {'H', read, 0x04, 0x04, "HIDIOCGRAWNAME", Parameter::size},
    {'H', read, 0x05, 0x05, "HIDIOCGRAWPHYS", Parameter::size},
    {'H', read, 0x06, 0x06, "HIDIOCSFEATURE", Parameter::size},
    {'H', read, 0x08, 0x08, "HIDIOCGRAWUNIQ", Parameter::size},
    {'H', read, 0x12, 0x12, "HIDIOCGPHYS", Parameter::size},
    {'H', read_write, 0x06, 0x06, "HIDIOCSFEATURE", Parameter::size},
    {'H', read_write, 0x07, 0x07, "HIDIOCGFEATURE", Parameter::size},
    {'M', write, 0x00, 0xff, "MIXER_WRITE", Parameter::number},
    {'M', read, 0x00, 0xff, "MIXER_READ", Parameter::number},
    {'U', read, 0x2c, 0x2c, "UI_GET_SYSNAME", Parameter::size},
    {'j', read, 0x13, 0x13, "JSIOCGNAME", Parameter::size},
    {'k', write, 0x00, 0x00, "SPI_IOC_MESSAGE", Parameter::size},
};

const Family* family_of(std::uint32_t command) {
  for (const Family& family : families) {
    const unsigned number = abi::ioctl_number(command);
    if (static_cast<unsigned char>(family.type) == abi::ioctl_type(command) && family.direction == abi::ioctl_direction(command) &&
        number >= family.first && number <= family.last) {
      return &family;
    }
  }
  return nullptr;
}

// A name, or the number; the comment behind an unknown one only where this is not within a comment already.
void put_name(CallPrinter& p, const abi::Names& names, unsigned value) {
  if (const char* name = name_of(names, value)) return p.out.put(name);
  p.out.hex(value);
  if (p.options.constants == ConstantStyle::abbrev) print_note(p, names.unknown);
}

void put_family(CallPrinter& p, const Family& family, std::uint32_t command) {
  const unsigned offset = abi::ioctl_number(command) - family.first;
  p.out.put(family.name);
  p.out.put('(');
  switch (family.parameter) {
    case Parameter::size: p.out.decimal(abi::ioctl_size(command)); break;
    case Parameter::number: p.out.decimal(abi::ioctl_number(command)); break;
    case Parameter::abs_axis: put_name(p, abi::evdev_abs, offset); break;
    case Parameter::event_size:
      if (offset == 0) {
        p.out.put('0');
      } else {
        put_name(p, abi::evdev_events, offset);
      }
      p.out.put(", ");
      p.out.decimal(abi::ioctl_size(command));
      break;
  }
  p.out.put(')');
}

void put_parts(CallPrinter& p, std::uint32_t command) {
  constexpr const char* directions[] = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"};
  p.out.put("_IOC(");
  p.out.put(directions[abi::ioctl_direction(command)]);
  for (const std::uint32_t part : {abi::ioctl_type(command), abi::ioctl_number(command), abi::ioctl_size(command)}) {
    p.out.put(", ");
    p.out.hex(part);
  }
  p.out.put(')');
}

void put_command(CallPrinter& p, std::uint32_t command) {
  constexpr std::uint32_t id_valid_with_wrong_direction = 0x80082102;  // what Linux 5.0 to 5.16 called it by
  if (command == id_valid_with_wrong_direction) return p.out.put("SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR");
  const Family* family = family_of(command);
  if (family) put_family(p, *family, command);
  const auto names = abi::ioctl_names(command);
  if (!family && names.empty()) return put_parts(p, command);
  bool first = !family;
  for (const abi::Name& name : names) {
    if (!first) p.out.put(" or ");
    first = false;
    p.out.put(name.text);
  }
}

// The types of commands of which strace describes some: what it does not know of these prints as an address, -v or not.
constexpr std::string_view described_types = "\x03\x12\x15!\"$=>EIKLMORTVWXfiopu\x89\x8a\x94\xa4\xaa\xab\xae\xb4\xb7\xfd\xff";

// Whether the bytes could be shown; else their address was.
bool put_buffer(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t size) {
  const std::uint64_t limit = p.options.string_limit;
  const auto bytes = p.fetch(flow, address, static_cast<std::size_t>(std::min(size, limit)));
  if (!bytes) {
    print_address(p.out, address);
    return false;
  }
  print_hex_string(p, *bytes, size > limit);
  return true;
}

}  // namespace

void print_ioctl_buffer(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto command = static_cast<std::uint32_t>(p.call.args[1]);
  const unsigned direction = abi::ioctl_direction(command), size = abi::ioctl_size(command);
  const bool described = described_types.find(static_cast<char>(abi::ioctl_type(command))) != std::string_view::npos;
  if (p.abbreviated() || described || size == 0 || value == 0) return p.out.hex(p.word() == 4 ? static_cast<std::uint32_t>(value) : value);
  const bool before = direction != IoctlDirection::read, after = direction != IoctlDirection::write;
  if (before && !put_buffer(p, abi::Flow::in, value, size)) return;
  if (before && after) p.out.put(" => ");
  if (after) put_buffer(p, abi::Flow::out, value, size);
}

void print_ioctl_command(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto command = static_cast<std::uint32_t>(value);
  if (p.options.constants == ConstantStyle::abbrev) return put_command(p, command);
  p.out.hex(command);
  if (p.options.constants == ConstantStyle::raw) return;
  p.out.put(" /* ");
  put_command(p, command);
  p.out.put(" */");
}

}  // namespace sysreel::text
