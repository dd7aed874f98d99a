// Messages of generic netlink: a header common to all families, and the attributes of nlctrl, which tells of the others.
// uapi linux/genetlink.h.
#include <algorithm>

#include "analyzer/text/network/netlink.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr unsigned nlctrl_type = 16;  // GENL_ID_CTRL: the one family whose number is fixed
constexpr std::uint64_t header_size = 4, attr_header_size = 4;
constexpr std::uint64_t align(std::uint64_t length) { return (length + 3) & ~std::uint64_t{3}; }

struct FamilyRow {
  std::string_view name;
  const abi::Names* requests;
  const abi::Names* answers;
};

const FamilyRow families[] = {
    {"nlctrl", &abi::nlctrl_commands, &abi::nlctrl_commands},
    {"devlink", &abi::devlink_commands, &abi::devlink_commands},
    {"ethtool", &abi::ethtool_requests, &abi::ethtool_answers},
    {"IOAM6", &abi::ioam6_commands, &abi::ioam6_commands},
    {"mptcp_pm", &abi::mptcp_commands, &abi::mptcp_commands},
    {"netdev", &abi::netdev_commands, &abi::netdev_commands},
    {"nl80211", &abi::nl80211_commands, &abi::nl80211_commands},
    {"SEG6", &abi::seg6_commands, &abi::seg6_commands},
    {"TASKSTATS", &abi::taskstats_commands, &abi::taskstats_commands},
    {"tcp_metrics", &abi::tcp_metrics_commands, &abi::tcp_metrics_commands},
    {"thermal", &abi::thermal_commands, &abi::thermal_commands},
};

// `name` is an attribute's payload: without a NUL it is the beginning of a family's name.
bool is_named(const FamilyRow& family, std::string_view name) {
  const std::size_t nul = name.find('\0');
  return nul == std::string_view::npos ? family.name.starts_with(name) : family.name == name.substr(0, nul);
}

// The family that a message of nlctrl has named in `attrs`, nlctrl itself where none of ours is.
const FamilyRow& family_in(ByteSpan attrs) {
  constexpr unsigned family_name = 2;
  constexpr std::size_t longest_name = 16;
  const FamilyRow* found = &families[0];
  while (attrs.size() >= attr_header_size) {
    const auto length = number_in<std::uint16_t>(attrs, 0);
    if (length < attr_header_size || length > attrs.size()) break;
    const std::string_view name(reinterpret_cast<const char*>(attrs.data()) + attr_header_size, length - attr_header_size);
    if ((number_in<std::uint16_t>(attrs, 2) & 0x3fff) == family_name && !name.empty() && name.size() <= longest_name) {
      const auto row = std::find_if(std::begin(families), std::end(families),
                                    [&](const FamilyRow& family) { return is_named(family, name); });
      if (row != std::end(families)) found = row;
    }
    attrs = attrs.subspan(std::min<std::size_t>(align(length), attrs.size()));
  }
  return *found;
}

void print_nlctrl_attrs(CallPrinter& p, const Range& range) {
  const CallPrinter::Frame outer = p.frame;
  p.frame = {nullptr, p.fetch_run(range.flow, range.address, range.length).bytes, range.address};
  print_attrs(p, abi::nlctrl_attrs, range);
  p.frame = outer;
}

}  // namespace

bool print_generic_netlink(CallPrinter& p, unsigned message_type, const Range& range) {
  if (range.length < header_size) return false;
  const auto header = p.fetch(range.flow, range.address, header_size);
  if (!header) {
    print_address(p.out, range.address);
    return true;
  }
  const bool nlctrl = message_type == nlctrl_type;
  {
    Braces fields(p);
    fields.name("cmd");
    const auto command = number_in<std::uint8_t>(*header, 0);
    nlctrl ? print_one_of(p, abi::nlctrl_commands, command) : p.out.hex(command);
    fields.name("version");
    p.out.decimal(number_in<std::uint8_t>(*header, 1));
    if (const auto reserved = number_in<std::uint16_t>(*header, 2)) {
      fields.name("reserved");
      p.out.hex(reserved);
    }
  }
  if (range.length == header_size) return true;
  p.out.put(", ");
  nlctrl ? print_nlctrl_attrs(p, range.from(header_size)) : print_attrs(p, abi::generic_attrs, range.from(header_size));
  return true;
}

// The number of a command of the family that the message has named before, as print_nlctrl_attrs left it in the frame.
void print_generic_command(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  const Range range = range_of(type, value);
  if (range.length < sizeof(std::uint32_t) || range.length > sizeof(std::uint64_t)) return print_hex_range(p, range);
  const auto command = p.fetch<std::uint32_t>(range.flow, value);
  if (!command) return print_address(p.out, value);
  const std::size_t before = std::min<std::uint64_t>(value - p.frame.address, p.frame.bytes.size());
  const FamilyRow& family = family_in(p.frame.bytes.first(before));
  print_one_of(p, range.flow == abi::Flow::in ? *family.requests : *family.answers, *command);
}

}  // namespace sysreel::text
