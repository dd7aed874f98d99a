#include "format/abi/structs.h"

#include "format/abi/flags.h"
#include "format/abi/vocabulary.h"

namespace sysreel::abi {
namespace {

using namespace vocabulary;

#define FIELD(ctype, type, name) Field{CType::ctype, #name, type}
#define FIELD_V(ctype, type, name) Field{CType::ctype, #name, type, 1, true}
#define FIELD_ARRAY(ctype, type, name, length) Field{CType::ctype, #name, type, length}
#define FIELD_NONZERO(ctype, type, name) Field{CType::ctype, #name, type, 1, false, true}
#define FIELD_ARRAY_NONZERO(ctype, type, name, length) Field{CType::ctype, #name, type, length, false, true}
#define FIELD_ARRAY_V(ctype, type, name, length) Field{CType::ctype, #name, type, length, true}
// Not a field of its own: what became of the one before, and "...".
#define FIELD_UNNAMED(ctype, type) Field{CType::ctype, "", type}
#define MORE Field{CType::u8, "", {}, 0, false, false, false, false, {}, Lead::more}
#define PADDING(ctype, length) Field{CType::ctype, nullptr, {}, length}
#define STRUCT(id, ...) constexpr Field id##_fields[] = {__VA_ARGS__};
#include "format/abi/structs/all.def"
#undef STRUCT

}  // namespace

#define STRUCT(id, ...) extern const Struct id##_layout{#id, id##_fields};
#include "format/abi/structs/all.def"
#undef STRUCT

}  // namespace sysreel::abi
