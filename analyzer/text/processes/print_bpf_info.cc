// What bpf(2) tells of an object, with -v: which structure it is shows the path of the descriptor. uapi linux/bpf.h.
#include <algorithm>
#include <array>
#include <vector>

#include "analyzer/text/processes/print_bpf.h"
#include "analyzer/text/time/print_time.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::size_t room = 256;  // more than any of the structures
constexpr std::uint64_t largest = 4096;

struct Object {
  std::string_view path;
  const abi::Struct* layout;
  std::vector<Version> versions;
};

const std::array objects = std::to_array<Object>({
    {"anon_inode:bpf-map", &abi::bpf_map_info_layout, {{6}, {7}, {11}, {14}, {16, 80}, {18}}},
    {"anon_inode:bpf-prog", &abi::bpf_prog_info_layout, {{7}, {12}, {16}, {20}, {32}, {34}, {35}, {36}, {38}}},
    {"anon_inode:bpf-link", &abi::bpf_link_info_layout, {{3}, {18, 16}}},
});

const Object* object_of(const CallPrinter& p, int fd) {
  const Descriptor* const descriptor = p.model.descriptor(p.call.pid, fd);
  if (!descriptor) return nullptr;
  const auto is_it = [&](const Object& object) { return object.path == descriptor->path; };
  const auto found = std::find_if(objects.begin(), objects.end(), is_it);
  return found == objects.end() ? nullptr : &*found;
}

// Lengths and places of what is told of a program besides: shown as the caller gave them, too, if the kernel changed them.
bool is_negotiated(const abi::Struct& layout, unsigned index) {
  constexpr std::array fields = std::to_array<unsigned>({3, 5, 9, 16, 17, 18, 19, 21, 23, 24, 26, 27, 28, 29, 30});
  return &layout == &abi::bpf_prog_info_layout && std::find(fields.begin(), fields.end(), index) != fields.end();
}

std::uint64_t field_of(ByteSpan bytes, const abi::Struct& layout, unsigned index, Abi abi) {
  const abi::Field& field = layout.fields[index];
  return load_number(bytes.subspan(abi::offset_of(layout, index, abi), abi::size_of(field.ctype, abi)), field.ctype);
}

// Instructions of eight bytes, of which the caller may have had room for fewer than there are.
void print_code(CallPrinter& p, const abi::Field& field, ByteSpan asked, ByteSpan given) {
  constexpr std::size_t length_offset = 20, code_offset = 32;
  const std::uint64_t length = std::min(load_number(asked.subspan(length_offset, 4), abi::CType::u32),
                                        load_number(given.subspan(length_offset, 4), abi::CType::u32));
  p.out.put(", xlated_prog_insns=");
  abi::Type code = field.type;
  code.copy.count = abi::times(static_cast<std::uint32_t>(length));
  print(p, code, load_number(given.subspan(code_offset, 8), abi::CType::u64));
}

// The ids of the maps: no more than there was room for.
void print_map_ids(CallPrinter& p, const abi::Field& field, ByteSpan asked, ByteSpan given) {
  constexpr std::size_t count_offset = 52, ids_offset = 56;
  const std::uint64_t count = std::min(load_number(asked.subspan(count_offset, 4), abi::CType::u32),
                                       load_number(given.subspan(count_offset, 4), abi::CType::u32));
  p.out.put(", map_ids=");
  abi::Type ids = field.type;
  const abi::Count times = abi::times(static_cast<std::uint32_t>(count));
  ids.copy = {abi::Flow::out, abi::Extent::elements, abi::Limit::rows, sizeof(std::uint32_t), times, times, true};
  print(p, ids, load_number(given.subspan(ids_offset, 8), abi::CType::u64));
}

void print_field(CallPrinter& p, const abi::Struct& layout, std::uint64_t address, ByteSpan asked, ByteSpan given,
                 unsigned index) {
  constexpr unsigned code_field = 6, map_ids_field = 10;
  const bool is_program = &layout == &abi::bpf_prog_info_layout;
  if (is_program && index == code_field) return print_code(p, layout.fields[index], asked, given);
  if (is_program && index == map_ids_field) return print_map_ids(p, layout.fields[index], asked, given);
  const bool changed = is_negotiated(layout, index) &&
                       field_of(asked, layout, index, p.call.abi) != field_of(given, layout, index, p.call.abi);
  print_fields(p, layout, abi::Flow::out, address, changed ? asked : given, index, index + 1);
  if (!changed) return;
  p.out.put(" => ");
  print(p, layout.fields[index].type, field_of(given, layout, index, p.call.abi));
}

}  // namespace

void print_bpf_info(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  const std::uint64_t size = p.field_value(1);
  const Object* const object = p.abbreviated() ? nullptr : object_of(p, static_cast<int>(p.field_value(0)));
  const bool is_sane = value != 0 && size != 0 && size <= largest;
  const auto after = is_sane ? p.memory.output(value, static_cast<std::size_t>(size)) : std::nullopt;
  if (!object || !after) return print_address(p.out, value);
  const auto before = p.memory.input(value, after->size());
  std::array<std::byte, room> asked{}, given{};
  std::copy_n(before.value_or(*after).begin(), std::min(after->size(), room), asked.begin());
  std::copy_n(after->begin(), std::min(after->size(), room), given.begin());
  p.out.put('{');
  const unsigned shown = fields_shown(*object->layout, object->versions, p.call.abi, after->size());
  for (unsigned i = 0; i < shown; ++i) print_field(p, *object->layout, value, asked, given, i);
  const std::size_t known = end_of(*object->layout, p.call.abi);
  if (after->size() > known) print_extra(p, after->subspan(known), known);
  p.out.put('}');
}

// CLOCK_BOOTTIME, in which sleep counts, too; the model knows of CLOCK_MONOTONIC only, in which it does not.
void print_boot_time(CallPrinter& p, const abi::Type&, std::uint64_t value) {
  constexpr std::int64_t second = 1'000'000'000;
  p.out.decimal(value);
  if (p.options.constants == ConstantStyle::raw) return;
  const Nanos moment = Nanos{static_cast<std::int64_t>(value)} + p.model.realtime_ahead();
  print_date_note(p, moment.value / second, 0, 1);
}

void print_lowest_bit(CallPrinter& p, const abi::Type&, std::uint64_t value) { p.out.decimal(value & 1); }

}  // namespace sysreel::text
