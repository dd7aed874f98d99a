#include "format/abi/layout.h"

#include <algorithm>

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

// Offset of field `index`, or of the end of the fields when index is their number.
unsigned walk(const Struct& layout, unsigned index, Abi abi) {
  unsigned offset = 0, end = 0;
  for (unsigned i = 0; i < layout.fields.size();) {
    const Slot slot = slot_of(layout, i, abi);
    const std::int16_t place = layout.fields[i].place;
    offset = place >= 0 ? static_cast<unsigned>(place) : align_up(offset, slot.alignment);
    if (index < slot.end) return offset;
    offset += slot.size;
    end = std::max(end, offset);
    i = slot.end;
  }
  return end;
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

unsigned size_of(const Struct& layout, Abi abi) {
  return align_up(walk(layout, static_cast<unsigned>(layout.fields.size()), abi), alignment_of(layout, abi));
}

unsigned offset_of(const Struct& layout, unsigned index, Abi abi) { return walk(layout, index, abi); }

}  // namespace sysreel::abi
