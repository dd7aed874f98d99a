// Rows of equal length, stored column by column: all first bytes, then all second ones …
#pragma once

#include <cstddef>

namespace sysreel {

// `rows` has `count` rows of `length` bytes; so has `planes`, as `length` planes of `count` bytes.
void rows_to_planes(const std::byte* rows, std::size_t count, std::size_t length, std::byte* planes);
void planes_to_rows(const std::byte* planes, std::size_t count, std::size_t length, std::byte* rows);

}  // namespace sysreel
