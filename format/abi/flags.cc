#include "format/abi/flags.h"

namespace sysreel::abi {
namespace {

#define FLAG(text, value) Name{static_cast<std::uint64_t>(value), #text}
#define FLAG_SET(id, unknown, ...) constexpr Name id##_rows[] = {__VA_ARGS__};
#include "format/abi/flags/all.def"
#undef FLAG_SET

}  // namespace

#define FLAG_SET(id, unknown, ...) extern const Names id{#id, unknown, id##_rows};
#include "format/abi/flags/all.def"
#undef FLAG_SET

}  // namespace sysreel::abi
