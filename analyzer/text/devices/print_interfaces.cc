// Network interfaces, as ioctl(2) asks for and sets them. uapi linux/if.h, linux/sockios.h.
#include <algorithm>
#include <array>
#include <string>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::size_t name_size = 16;

// struct ifreq: a name and a union. 40 bytes where long has 8, 32 where it has 4.
std::size_t request_size(const CallPrinter& p) { return p.word() == 8 ? 40 : 32; }

enum class Part { address, hardware, flags, index, number, name, map };

struct CommandRow {
  std::uint32_t command;
  Part part;
  const char* field;
};

// What the union holds, by command.
constexpr CommandRow commands[] = {
    {0x8910, Part::name, "ifr_name"},        // SIOCGIFNAME
    {0x8913, Part::flags, "ifr_flags"},      {0x8914, Part::flags, "ifr_flags"},
    {0x8915, Part::address, "ifr_addr"},     {0x8916, Part::address, "ifr_addr"},
    {0x8917, Part::address, "ifr_dstaddr"},  {0x8918, Part::address, "ifr_dstaddr"},
    {0x8919, Part::address, "ifr_broadaddr"}, {0x891a, Part::address, "ifr_broadaddr"},
    {0x891b, Part::address, "ifr_netmask"},  {0x891c, Part::address, "ifr_netmask"},
    {0x891d, Part::number, "ifr_metric"},    {0x891e, Part::number, "ifr_metric"},
    {0x8921, Part::number, "ifr_mtu"},       {0x8922, Part::number, "ifr_mtu"},
    {0x8923, Part::name, "ifr_newname"},     // SIOCSIFNAME
    {0x8924, Part::hardware, "ifr_hwaddr"},  {0x8927, Part::hardware, "ifr_hwaddr"},
    {0x8931, Part::hardware, "ifr_hwaddr"},  {0x8932, Part::hardware, "ifr_hwaddr"},  // SIOCADDMULTI, SIOCDELMULTI
    {0x8937, Part::hardware, "ifr_hwaddr"},  // SIOCSIFHWBROADCAST
    {0x8929, Part::name, "ifr_slave"},       {0x8930, Part::name, "ifr_slave"},
    {0x8933, Part::index, "ifr_ifindex"},    // SIOCGIFINDEX
    {0x8942, Part::number, "ifr_qlen"},      {0x8943, Part::number, "ifr_qlen"},
    {0x8970, Part::map, "ifr_map"},          {0x8971, Part::map, "ifr_map"},
};
constexpr std::uint32_t get_name = 0x8910;

void print_map(CallPrinter& p, ByteSpan data) {
  const std::size_t word = p.word();
  const auto number = [&](std::size_t index) {
    return word == 8 ? number_in<std::uint64_t>(data, 8 * index) : number_in<std::uint32_t>(data, 4 * index);
  };
  Braces map(p);
  map.name("mem_start");
  p.out.hex(number(0));
  map.name("mem_end");
  p.out.hex(number(1));
  map.name("base_addr");
  p.out.hex(number_in<std::uint16_t>(data, 2 * word));
  map.name("irq");
  p.out.hex(number_in<std::uint8_t>(data, 2 * word + 2));
  map.name("dma");
  p.out.hex(number_in<std::uint8_t>(data, 2 * word + 3));
  map.name("port");
  p.out.hex(number_in<std::uint8_t>(data, 2 * word + 4));
}

// uapi linux/if_arp.h, linux/if_ether.h, linux/ax25.h; of the others all that sa_data holds.
std::size_t hardware_address_size(std::uint16_t family) {
  constexpr std::uint16_t netrom = 0, ethernet = 1;
  return family == ethernet ? 6 : family == netrom ? 7 : 14;
}

void print_part(CallPrinter& p, Braces& fields, const CommandRow& row, ByteSpan request) {
  const ByteSpan data = request.subspan(name_size);
  fields.name(row.field);
  switch (row.part) {
    case Part::address: return print_sockaddr(p, data.first(16));
    case Part::flags: return print_flags(p, abi::iff_flags, number_in<std::uint16_t>(data, 0));
    case Part::index:
    case Part::number: return p.out.signed_decimal(number_in<std::int32_t>(data, 0));
    case Part::name: return print_quoted_field(p, (row.command == get_name ? request : data).first(name_size));
    case Part::map: return print_map(p, data);
    case Part::hardware: {
      Braces address(p);
      const auto family = number_in<std::uint16_t>(data, 0);
      address.name("sa_family");
      print_one_of(p, abi::arp_hardware_types, family);
      address.name("sa_data");
      return print_hardware_address(p, data.subspan(2, hardware_address_size(family)));
    }
  }
}

void print_length(CallPrinter& p, std::int32_t length) {
  const auto size = static_cast<std::int32_t>(request_size(p));
  p.out.signed_decimal(length);
  if (length < size || length % size != 0 || p.options.constants == ConstantStyle::raw) return;
  print_note(p, std::to_string(length / size) + " * sizeof(struct ifreq)");
}

}  // namespace

// What names the interface, and unless the call failed what there is to say about it.
void print_ifreq(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto command = static_cast<std::uint32_t>(p.call.args[1]);
  const auto asked = p.input<std::array<std::byte, name_size + 4>>(value);
  const auto request = p.memory.input(value, request_size(p));
  if (!asked || !request) return print_address(p.out, value);
  Braces fields(p);
  if (command == get_name) {
    fields.name("ifr_ifindex");
    p.out.signed_decimal(number_in<std::int32_t>(*asked, name_size));
  } else {
    fields.name("ifr_name");
    print_quoted_field(p, request->first(name_size));
  }
  const auto row = std::find_if(std::begin(commands), std::end(commands), [&](const CommandRow& r) { return r.command == command; });
  if (row == std::end(commands)) return;
  if (type.copy.flow == abi::Flow::in) return print_part(p, fields, *row, *request);
  const auto answer = p.failed() ? std::nullopt : p.memory.output(value, request_size(p));
  if (answer) print_part(p, fields, *row, *answer);
}

void print_ifconf(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const std::size_t size = 2 * p.word();
  const auto asked = p.memory.input(value, size);
  if (!asked) return print_address(p.out, value);
  const auto length_of = [](ByteSpan bytes) { return number_in<std::int32_t>(bytes, 0); };
  const auto buffer_of = [&](ByteSpan bytes) {
    return p.word() == 8 ? number_in<std::uint64_t>(bytes, 8) : number_in<std::uint32_t>(bytes, 4);
  };
  const ByteSpan given = p.failed() ? ByteSpan{} : p.memory.output(value, size).value_or(ByteSpan{});
  Braces fields(p);
  fields.name("ifc_len");
  const std::uint64_t buffer = buffer_of(given.empty() ? *asked : given);
  if (buffer_of(*asked) != 0) print_length(p, length_of(*asked));
  if (!given.empty() && (buffer == 0 || length_of(given) != length_of(*asked))) {
    if (buffer_of(*asked) != 0) p.out.put(" => ");
    print_length(p, length_of(given));
  } else if (buffer_of(*asked) == 0) {
    print_length(p, length_of(*asked));
  }
  fields.name("ifc_buf");
  if (given.empty() || buffer == 0) return print_address(p.out, buffer);
  const std::size_t request = request_size(p);
  const auto count = static_cast<std::uint64_t>(std::max(length_of(given), 0)) / request;
  print_array(p, abi::Flow::out, buffer, count, static_cast<unsigned>(request), [&](std::uint64_t, ByteSpan bytes) {
    Braces entry(p);
    entry.name("ifr_name");
    print_quoted_field(p, bytes.first(name_size));
    entry.name("ifr_addr");
    print_sockaddr(p, bytes.subspan(name_size, 16));
  });
}

}  // namespace sysreel::text
