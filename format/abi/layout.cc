#include "format/abi/layout.h"

#include <algorithm>
#include <array>
#include <vector>

namespace sysreel::abi {
namespace {

unsigned align_up(unsigned offset, unsigned alignment) { return (offset + alignment - 1) / alignment * alignment; }

unsigned alignment_of(CType type, Abi abi, const Struct* layout);

unsigned alignment_of(const Struct& layout, Abi abi) {
  unsigned largest = 1;
  for (const Field& field : layout.fields) {
    if (field.place < 0) largest = std::max(largest, alignment_of(field.ctype, abi, field.type.layout));
  }
  return largest;
}

unsigned alignment_of(CType type, Abi abi, const Struct* layout) {
  if (type == CType::structure) return alignment_of(*layout, abi);
  const unsigned size = size_of(type, abi);
  if (type == CType::aligned_u64) return size;
  return abi == Abi::i386 ? std::min(size, 4u) : size;
}

// The fields from `first` on that lie at one offset: the arms of a union, or one field. `end` is behind the last.
struct Slot {
  unsigned end;
  unsigned size = 0, alignment = 1;
};

Slot slot_of(const Struct& layout, unsigned first, Abi abi) {
  Slot slot{first};
  do {
    const Field& field = layout.fields[slot.end];
    slot.size = std::max(slot.size, size_of(field.ctype, abi, field.type.layout) * field.length);
    slot.alignment = std::max(slot.alignment, alignment_of(field.ctype, abi, field.type.layout));
    ++slot.end;
  } while (layout.fields[first].arm && slot.end < layout.fields.size() && layout.fields[slot.end].arm);
  slot.size = align_up(slot.size, slot.alignment);
  return slot;
}

struct Places {
  const Struct* layout = nullptr;
  Abi abi{};
  std::vector<unsigned> offsets;  // of the fields
  unsigned size = 0;
};

void lay_out(Places& places, const Struct& layout, Abi abi) {
  std::vector<unsigned> offsets;
  unsigned offset = 0, end = 0;
  for (unsigned i = 0; i < layout.fields.size();) {
    const Slot slot = slot_of(layout, i, abi);
    const std::int16_t place = layout.fields[i].place;
    offset = place >= 0 ? static_cast<unsigned>(place) : align_up(offset, slot.alignment);
    offsets.resize(slot.end, offset);
    offset += slot.size;
    end = std::max(end, offset);
    i = slot.end;
  }
  places = {&layout, abi, std::move(offsets), align_up(end, alignment_of(layout, abi))};
}

// Where the fields of a structure lie is asked for each time that one is printed.
const Places& places_of(const Struct& layout, Abi abi) {
  constexpr std::size_t kept = 256;
  static thread_local std::array<Places, kept> known;
  Places& places = known[(reinterpret_cast<std::uintptr_t>(&layout) / alignof(Struct) + static_cast<unsigned>(abi)) % kept];
  if (places.layout != &layout || places.abi != abi) lay_out(places, layout, abi);
  return places;
}

}  // namespace

unsigned size_of(CType type, Abi abi, const Struct* layout) {
  switch (type) {
    case CType::u8:
    case CType::i8: return 1;
    case CType::u16:
    case CType::i16: return 2;
    case CType::u32:
    case CType::i32: return 4;
    case CType::u64:
    case CType::i64:
    case CType::aligned_u64: return 8;
    case CType::word:
    case CType::sword:
    case CType::pointer: return word_size(abi);
    case CType::structure: return size_of(*layout, abi);
  }
  return 0;
}

unsigned size_of(const Struct& layout, Abi abi) { return places_of(layout, abi).size; }

unsigned offset_of(const Struct& layout, unsigned index, Abi abi) {
  const Places& places = places_of(layout, abi);
  return index < places.offsets.size() ? places.offsets[index] : places.size;
}

}  // namespace sysreel::abi
