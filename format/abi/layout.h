// Sizes and offsets of structures, computed from their fields by the alignment rules of an ABI.
#pragma once

#include <cstdint>

#include "format/abi/types.h"
#include "format/ids.h"

namespace sysreel::abi {

// Bytes of one element of this C type. `layout` is needed for CType::structure only.
unsigned size_of(CType type, Abi abi, const Struct* layout = nullptr);

// Bytes of the whole structure, tail padding included.
unsigned size_of(const Struct& layout, Abi abi);

// Where field number `index` begins. i386 aligns 64-bit integers to 4 bytes, every other ABI to 8.
unsigned offset_of(const Struct& layout, unsigned index, Abi abi);

}  // namespace sysreel::abi
