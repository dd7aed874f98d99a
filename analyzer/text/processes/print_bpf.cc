// union bpf_attr: which of its structures it is depends on the command, how much of it there is on the size argument.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "analyzer/text/processes/print_bpf.h"
#include "analyzer/text/processes/print_remark.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::size_t room = 256;  // more than any of the structures
constexpr unsigned none = 0xff;

// How a command's structure prints.
struct Group {
  const abi::Struct* layout;
  std::string_view name;  // the name it has in the union; the fields stand for themselves where it has none
  std::vector<Version> versions;
  unsigned answers = none;   // from this field on the kernel's answer is shown
  unsigned changing = none;  // this field is shown before the call, and after it if it has changed
};

const std::array groups = std::to_array<Group>({
    {&abi::bpf_map_create_layout, "", {{4}, {5}, {6}, {7}, {8}, {9}, {12}, {13}, {14}, {15}, {16}, {18}}},
    {&abi::bpf_map_elem_layout, "", {{3}, {4}}},
    {&abi::bpf_map_update_elem_layout, "", {{4}}},
    {&abi::bpf_map_delete_elem_layout, "", {{2}}},
    {&abi::bpf_map_next_key_layout, "", {{3}}},
    {&abi::bpf_map_freeze_layout, "", {{1}}},
    {&abi::bpf_prog_load_layout, "",
     {{4}, {7}, {8}, {9}, {10}, {11}, {12}, {19}, {20}, {21}, {23, 120}, {25, 128}, {26}, {27}, {28}, {31}}, 25},
    {&abi::bpf_object_layout, "", {{2}, {3}, {4}}},
    {&abi::bpf_prog_attach_layout, "", {{9}, {10}, {13}}},
    {&abi::bpf_prog_test_run_layout, "test", {{8}, {12}, {14}, {15}}},
    {&abi::bpf_next_id_layout, "", {{2}}, 1},
    {&abi::bpf_prog_by_id_layout, "", {{1}}},
    {&abi::bpf_map_by_id_layout, "", {{2}, {3}}},
    {&abi::bpf_btf_by_id_layout, "", {{2}, {4}}},
    {&abi::bpf_link_by_id_layout, "", {{1}}},
    {&abi::bpf_object_info_layout, "info", {{3}}, 2, 1},
    {&abi::bpf_prog_query_layout, "query", {{11}, {12}, {15}}, 9, 10},
    {&abi::bpf_raw_tracepoint_layout, "raw_tracepoint", {{2}, {3, 23}}},
    {&abi::bpf_btf_load_layout, "", {{5}, {6}, {8}}, 5},
    {&abi::bpf_task_fd_query_layout, "task_fd_query", {{9}}, 4, 3},
    {&abi::bpf_map_batch_layout, "batch", {{8}}},
    {&abi::bpf_map_update_batch_layout, "batch", {{7}}},
    {&abi::bpf_map_delete_batch_layout, "batch", {{7}}},
    {&abi::bpf_link_create_layout, "link_create", {{9}}},
    {&abi::bpf_link_update_layout, "link_update", {{4}}},
    {&abi::bpf_link_detach_layout, "link_detach", {{1}}},
    {&abi::bpf_enable_stats_layout, "enable_stats", {{1}}},
    {&abi::bpf_iter_create_layout, "iter_create", {{2}}},
    {&abi::bpf_prog_bind_map_layout, "prog_bind_map", {{3}}},
    {&abi::bpf_token_create_layout, "token_create", {{2}}},
    {&abi::bpf_stream_read_layout, "prog_stream_read", {{4}}, 0},
    {&abi::bpf_assoc_struct_ops_layout, "prog_assoc_struct_ops", {{3}}},
});

const Group* group_of(const abi::Struct& layout) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) { return group.layout == &layout; });
  return found == groups.end() ? nullptr : &*found;
}

bool any_set(ByteSpan bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte != std::byte{0}; });
}

// An attribute as it was before the call and after it. What the caller did not pass is zero to the kernel.
struct Attribute {
  std::uint64_t address;
  std::size_t size;
  std::array<std::byte, room> asked{}, given{};
};

void copy_into(std::array<std::byte, room>& to, ByteSpan bytes) {
  std::copy_n(bytes.begin(), std::min(bytes.size(), to.size()), to.begin());
}

std::uint32_t word_of(const std::array<std::byte, room>& bytes, std::size_t offset) {
  std::uint32_t word;
  std::memcpy(&word, bytes.data() + offset, sizeof word);
  return word;
}

// What the kernel made of the number at `offset`, if anything.
void print_change(CallPrinter& p, const Attribute& attribute, std::size_t offset) {
  if (word_of(attribute.asked, offset) == word_of(attribute.given, offset)) return;
  p.out.put(" => ");
  p.out.decimal(word_of(attribute.given, offset));
}

// The fields that are shown, each from the side that counts.
void print_known_fields(CallPrinter& p, const Group& group, const Attribute& attribute, unsigned shown) {
  // The number of relocations came after the field behind it.
  constexpr unsigned core_relo_cnt = 21, fd_array = 22;
  const abi::Struct& layout = *group.layout;
  const unsigned skipped = &layout == &abi::bpf_prog_load_layout && shown == fd_array + 1 ? core_relo_cnt : none;
  const auto is_answer = [&](unsigned field) { return field >= group.answers && field != group.changing; };
  for (unsigned first = 0, last = 1; first < shown; first = last++) {
    if (first == skipped) continue;
    while (last < shown && last != skipped && last - 1 != group.changing && is_answer(last) == is_answer(first)) ++last;
    const auto& side = is_answer(first) ? attribute.given : attribute.asked;
    print_fields(p, layout, abi::Flow::in, attribute.address, side, first, last);
    if (last - 1 == group.changing) print_change(p, attribute, abi::offset_of(layout, group.changing, p.call.abi));
  }
}

enum AttachType : std::uint32_t {
  sk_skb_stream_parser = 4, sk_skb_stream_verdict = 5, sk_msg_verdict = 7, lirc_mode2 = 16, flow_dissector = 17,
  trace_raw_tp = 23, trace_fentry = 24, trace_fexit = 25, modify_return = 26, lsm_mac = 27, trace_iter = 28,
  inet4_getpeername = 29, inet6_getsockname = 32, inet_sock_release = 34, perf_event = 41, trace_kprobe_multi = 42,
  netfilter = 45, tcx_ingress = 46, tcx_egress = 47, trace_uprobe_multi = 48, unix_connect = 49, unix_getsockname = 53, netkit_primary = 54,
  netkit_peer = 55, trace_fsession = 58, trace_fentry_multi = 59, trace_fsession_multi = 61
};

bool is_of_cgroup(std::uint32_t type) {
  switch (type) {
    case sk_skb_stream_parser:
    case sk_skb_stream_verdict:
    case sk_msg_verdict:
    case lirc_mode2:
    case flow_dissector: return false;
    case inet_sock_release: return true;
    default: break;
  }
  return type < trace_raw_tp || (type >= inet4_getpeername && type <= inet6_getsockname) ||
         (type >= unix_connect && type <= unix_getsockname);
}

// What stands in the union behind link_create's flags.
struct LinkPart {
  const abi::Struct* layout = nullptr;
  std::string_view name;
};

LinkPart link_part(std::uint32_t type, std::uint32_t flags) {
  constexpr std::uint32_t before = 8, after = 0x10, by_id = 0x20;
  const abi::Struct* const beside = (flags & by_id) != 0 ? &abi::bpf_link_beside_id_layout : &abi::bpf_link_beside_fd_layout;
  if (is_of_cgroup(type)) {
    return (flags & (before | after)) != 0 ? LinkPart{beside, "cgroup"} : LinkPart{&abi::bpf_link_btf_layout, ""};
  }
  switch (type) {
    case trace_iter: return {&abi::bpf_link_iter_layout, ""};
    case perf_event: return {&abi::bpf_link_perf_event_layout, "perf_event"};
    case trace_fentry:
    case trace_fexit:
    case trace_fsession:
    case modify_return:
    case lsm_mac: return {&abi::bpf_link_tracing_layout, "tracing"};
    case netfilter: return {&abi::bpf_link_netfilter_layout, "netfilter"};
    case tcx_ingress:
    case tcx_egress: return {beside, "tcx"};
    case netkit_primary:
    case netkit_peer: return {beside, "netkit"};
    case trace_kprobe_multi: return {&abi::bpf_link_kprobe_multi_layout, "kprobe_multi"};
    case trace_uprobe_multi: return {&abi::bpf_link_uprobe_multi_layout, "uprobe_multi"};
    default: break;
  }
  if (type >= trace_fentry_multi && type <= trace_fsession_multi) return {&abi::bpf_link_tracing_multi_layout, "tracing_multi"};
  return {};
}

// Prints that part, if the attribute reaches so far. Returns how much of the attribute is understood.
std::size_t print_link_part(CallPrinter& p, const Attribute& attribute) {
  constexpr std::size_t type_offset = 8, flags_offset = 12, tail = 16, path_fd_offset = 60;
  if (attribute.size <= tail) return attribute.size;
  const LinkPart part = link_part(word_of(attribute.asked, type_offset), word_of(attribute.asked, flags_offset));
  if (!part.layout) return tail;
  auto fields = static_cast<unsigned>(part.layout->fields.size());
  if (part.layout == &abi::bpf_link_uprobe_multi_layout && attribute.size <= path_fd_offset) --fields;
  const ByteSpan bytes = ByteSpan(attribute.asked).subspan(tail);
  const bool is_braced = !part.name.empty();
  const std::size_t before = p.out.size();
  p.out.put(", ");
  if (is_braced) {
    p.out.put(part.name);
    p.out.put("={");
  }
  const std::size_t empty = p.out.size();
  print_fields(p, *part.layout, abi::Flow::in, attribute.address + tail, bytes, 0, fields);
  if (is_braced) p.out.put('}');
  else if (p.out.size() == empty) p.out.truncate(before);
  return tail + end_of(*part.layout, p.call.abi);
}

// Elements of a batch that were dealt with: {batch={…}} => {batch={count=1}}
void print_batch_answer(CallPrinter& p, const Attribute& attribute) {
  constexpr std::size_t count_offset = 32;
  const std::uint32_t count = word_of(attribute.given, count_offset);
  if (count == word_of(attribute.asked, count_offset)) return;
  p.out.put(" => {batch={count=");
  p.out.decimal(count);
  p.out.put("}}");
}

void print_attribute(CallPrinter& p, const Group& group, const Attribute& attribute, ByteSpan bytes) {
  p.out.put('{');
  if (!group.name.empty()) {
    p.out.put(group.name);
    p.out.put("={");
  }
  print_known_fields(p, group, attribute, fields_shown(*group.layout, group.versions, p.call.abi, attribute.size));
  const bool is_link = group.layout == &abi::bpf_link_create_layout;
  const std::size_t known = is_link ? print_link_part(p, attribute) : end_of(*group.layout, p.call.abi);
  if (!group.name.empty()) p.out.put('}');
  if (bytes.size() > known) print_extra(p, bytes.subspan(known), known);
  p.out.put('}');
  if (group.name == "batch") print_batch_answer(p, attribute);
}

}  // namespace

unsigned fields_shown(const abi::Struct& layout, std::span<const Version> versions, Abi abi, std::size_t size) {
  unsigned shown = versions.front().fields;
  for (const Version& version : versions.subspan(1)) {
    const std::size_t beyond = version.beyond != 0 ? version.beyond : abi::offset_of(layout, shown, abi);
    if (size <= beyond) break;
    shown = version.fields;
  }
  return shown;
}

std::size_t end_of(const abi::Struct& layout, Abi abi) {
  std::size_t end = 0;
  for (unsigned i = 0; i < layout.fields.size(); ++i) {
    const abi::Field& field = layout.fields[i];
    const std::size_t size = abi::size_of(field.ctype, abi, field.type.layout) * field.length;
    end = std::max(end, abi::offset_of(layout, i, abi) + size);
  }
  return end;
}

void print_extra(CallPrinter& p, ByteSpan tail, std::size_t offset) {
  if (!any_set(tail)) return;
  if (p.abbreviated()) return p.out.put(", ...");
  p.out.put(", extra_data=");
  print_hex_quoted(p.out, tail, false);
  p.out.put(" /* bytes ");
  p.out.decimal(offset);
  p.out.put("..");
  p.out.decimal(offset + tail.size() - 1);
  p.out.put(" */");
}

void print_numa_node(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::uint32_t no_node = 0xffffffff;
  const auto node = static_cast<std::uint32_t>(value);
  p.out.decimal(node);
  if (node == no_node && p.options.constants != ConstantStyle::raw) print_note(p, "NUMA_NO_NODE");
}

void print_bpf_attr(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr std::uint64_t largest = 4096;
  const std::uint64_t size = static_cast<std::uint32_t>(p.call.args[2]);
  const auto bytes = size == 0 || size > largest ? std::nullopt : p.memory.input(value, static_cast<std::size_t>(size));
  const Group* const group = group_of(*type.layout);
  if (!bytes || !group) return print_address(p.out, value);
  Attribute attribute{.address = value, .size = bytes->size()};
  copy_into(attribute.asked, *bytes);
  const auto after = p.half == Half::exit ? p.memory.output(value, bytes->size()) : std::nullopt;
  copy_into(attribute.given, after.value_or(*bytes));
  // What the kernel did not write, because the call failed, was not recorded either.
  const bool outer = std::exchange(p.frame.asked, true);
  print_attribute(p, *group, attribute, *bytes);
  p.frame.asked = outer;
}

void print_object_name(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t name_size = 16;
  // The attribute may end within the name.
  const MemoryImage::Run run = p.fetch_run(type.copy.flow, value, name_size);
  print_quoted_field(p, run.bytes);
}

void print_bpf_symbols(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  print_array(p, type.copy.flow, value, p.elements(type, value), p.word(), [&](std::uint64_t, ByteSpan bytes) {
    print_string_at(p, type.copy.flow, load_number(bytes, abi::CType::word), p.options.string_limit);
  });
}

void print_text_within(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (value == 0 || is_lost(p, type)) return print_address(p.out, value);
  const std::uint64_t within = p.elements(type, value), limit = p.options.string_limit;
  const auto length = static_cast<std::size_t>(std::min(within, limit + 1));
  const MemoryImage::Run run = p.fetch_run(type.copy.flow, value, length);
  const auto nul = std::find(run.bytes.begin(), run.bytes.end(), std::byte{0});
  if (nul != run.bytes.end()) return print_quoted(p, run.bytes.first(static_cast<std::size_t>(nul - run.bytes.begin())), false);
  if (run.bytes.size() < length) return print_address(p.out, value);
  print_quoted(p, run.bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(length, limit))), within > 0);
}

// As KERNEL_VERSION(a, b, c) packs it (uapi linux/version.h).
void print_kernel_version(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const auto version = static_cast<std::uint32_t>(value);
  if (p.options.constants != ConstantStyle::abbrev) p.out.hex(version);
  if (p.options.constants == ConstantStyle::raw) return;
  const bool both = p.options.constants == ConstantStyle::verbose;
  p.out.put(both ? " /* KERNEL_VERSION(" : "KERNEL_VERSION(");
  p.out.decimal(version >> 16);
  p.out.put(", ");
  p.out.decimal(version >> 8 & 0xff);
  p.out.put(", ");
  p.out.decimal(version & 0xff);
  p.out.put(both ? ") */" : ")");
}

}  // namespace sysreel::text
