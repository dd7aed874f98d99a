// union bpf_attr: which of its structures it is depends on the command, how much of it there is on the size argument.
#include <algorithm>
#include <array>

#include "analyzer/text/processes/print_remark.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::size_t room = 256;  // more than any of the structures

// How a command's structure prints: under the name it has in the union, and how many of its fields whatever the size.
struct Group {
  const abi::Struct* layout;
  std::string_view name;
  unsigned always;
};

const std::array groups = std::to_array<Group>({
    {&abi::bpf_map_create_layout, "", 4},          {&abi::bpf_map_elem_layout, "", 3},
    {&abi::bpf_map_update_elem_layout, "", 4},     {&abi::bpf_map_delete_elem_layout, "", 2},
    {&abi::bpf_map_next_key_layout, "", 3},        {&abi::bpf_map_freeze_layout, "", 1},
    {&abi::bpf_prog_load_layout, "", 4},           {&abi::bpf_object_layout, "", 2},
    {&abi::bpf_prog_attach_layout, "", 4},         {&abi::bpf_prog_detach_layout, "", 3},
    {&abi::bpf_prog_test_run_layout, "test", 8},   {&abi::bpf_next_id_layout, "", 2},
    {&abi::bpf_prog_by_id_layout, "", 2},          {&abi::bpf_map_by_id_layout, "", 2},
    {&abi::bpf_btf_by_id_layout, "", 1},           {&abi::bpf_link_by_id_layout, "", 1},
    {&abi::bpf_object_info_layout, "info", 3},     {&abi::bpf_prog_query_layout, "query", 6},
    {&abi::bpf_raw_tracepoint_layout, "raw_tracepoint", 2}, {&abi::bpf_btf_load_layout, "", 5},
    {&abi::bpf_task_fd_query_layout, "task_fd_query", 9},   {&abi::bpf_map_batch_layout, "batch", 8},
    {&abi::bpf_map_update_batch_layout, "batch", 7},        {&abi::bpf_map_delete_batch_layout, "batch", 7},
    {&abi::bpf_link_create_layout, "link_create", 4},       {&abi::bpf_link_update_layout, "link_update", 3},
    {&abi::bpf_link_detach_layout, "link_detach", 1},       {&abi::bpf_enable_stats_layout, "enable_stats", 1},
    {&abi::bpf_iter_create_layout, "iter_create", 2},       {&abi::bpf_prog_bind_map_layout, "prog_bind_map", 3},
    {&abi::bpf_token_create_layout, "token_create", 2},
});

Group group_of(const abi::Struct& layout) {
  for (const Group& group : groups) {
    if (group.layout == &layout) return group;
  }
  return {&layout, "", 0};
}

// Fields that print: those that always do, and those that begin within `size` bytes.
unsigned fields_shown(const Group& group, Abi abi, std::size_t size) {
  unsigned count = group.always;
  while (count < group.layout->fields.size() && abi::offset_of(*group.layout, count, abi) < size) ++count;
  return count;
}

bool any_set(ByteSpan bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte != std::byte{0}; });
}

// What follows the fields we know: shown with -v, hinted at otherwise, if it is not zero.
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

// The union behind link_create's flags. Returns where what was printed ends.
std::size_t print_link_tail(CallPrinter& p, std::uint64_t address, ByteSpan bytes, std::size_t size) {
  constexpr std::size_t tail = 16, attach_type_offset = 8;
  if (size <= tail) return tail;
  constexpr std::uint32_t fentry = 24, modify_return = 26, lsm = 27, iter = 28, perf_event = 41, kprobe_multi = 42, session = 56;
  std::uint32_t attach_type = 0;
  std::memcpy(&attach_type, bytes.data() + attach_type_offset, sizeof attach_type);
  const auto print_part = [&](const abi::Struct& layout, std::string_view name) {
    p.out.put(", ");
    if (!name.empty()) {
      p.out.put(name);
      p.out.put("={");
    }
    print_fields(p, layout, abi::Flow::in, address + tail, bytes.subspan(tail), 0, static_cast<unsigned>(layout.fields.size()));
    if (!name.empty()) p.out.put('}');
    return tail + abi::size_of(layout, p.call.abi);
  };
  switch (attach_type) {
    case iter: return print_part(abi::bpf_link_iter_layout, "");
    case perf_event: return print_part(abi::bpf_link_perf_event_layout, "perf_event");
    case kprobe_multi:
    case session: return print_part(abi::bpf_link_kprobe_multi_layout, "kprobe_multi");
    case fentry:
    case fentry + 1:
    case modify_return:
    case lsm: return print_part(abi::bpf_link_tracing_layout, "tracing");
    default: return print_part(abi::bpf_link_btf_layout, "");
  }
}

// bpf_fd, info_len and what became of it, info.
void print_object_info(CallPrinter& p, std::uint64_t address, ByteSpan bytes) {
  constexpr std::size_t length_offset = 4;
  std::uint32_t asked = 0;
  std::memcpy(&asked, bytes.data() + length_offset, sizeof asked);
  print_fields(p, abi::bpf_object_info_layout, abi::Flow::in, address, bytes, 0, 2);
  const auto given = p.failed() ? std::nullopt : p.output<std::uint32_t>(address + length_offset);
  if (given && *given != asked) {
    p.out.put(" => ");
    p.out.decimal(*given);
  }
  print_fields(p, abi::bpf_object_info_layout, abi::Flow::in, address, bytes, 2, 3);
}

// The fields of the structure; the node of a map counts only if a flag says so.
void print_known_fields(CallPrinter& p, const Group& group, std::uint64_t address, ByteSpan bytes, unsigned shown) {
  constexpr unsigned map_flags_field = 4, numa_node_field = 6;
  constexpr std::uint32_t f_numa_node = 4;
  const abi::Struct& layout = *group.layout;
  if (&layout == &abi::bpf_object_info_layout) return print_object_info(p, address, bytes);
  const bool is_map = &layout == &abi::bpf_map_create_layout;
  std::uint32_t map_flags = 0;
  if (is_map) std::memcpy(&map_flags, bytes.data() + 4 * map_flags_field, sizeof map_flags);
  if (!is_map || shown <= numa_node_field || (map_flags & f_numa_node) != 0) {
    return print_fields(p, layout, abi::Flow::in, address, bytes, 0, shown);
  }
  print_fields(p, layout, abi::Flow::in, address, bytes, 0, numa_node_field);
  print_fields(p, layout, abi::Flow::in, address, bytes, numa_node_field + 1, shown);
}

}  // namespace

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
  if (!bytes) return print_address(p.out, value);
  // What the caller did not pass is zero to the kernel.
  std::array<std::byte, room> filled{};
  std::copy_n(bytes->begin(), std::min(bytes->size(), filled.size()), filled.begin());
  const Group group = group_of(*type.layout);
  const unsigned shown = fields_shown(group, p.call.abi, bytes->size());
  p.out.put('{');
  if (!group.name.empty()) {
    p.out.put(group.name);
    p.out.put("={");
  }
  print_known_fields(p, group, value, filled, shown);
  std::size_t known = abi::size_of(*group.layout, p.call.abi);
  if (group.layout == &abi::bpf_link_create_layout) known = print_link_tail(p, value, filled, bytes->size());
  if (!group.name.empty()) p.out.put('}');
  if (bytes->size() > known) print_extra(p, bytes->subspan(known), known);
  p.out.put('}');
}

void print_object_name(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t name_size = 16;
  // The attribute may end within the name.
  const MemoryImage::Run run = p.fetch_run(type.copy.flow, value, name_size);
  print_quoted_field(p, run.bytes);
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
