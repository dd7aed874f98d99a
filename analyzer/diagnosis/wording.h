// Words that findings share.
#pragma once

#include <string>
#include <string_view>

#include "analyzer/diagnosis/rule.h"
#include "analyzer/wall_clock.h"
#include "format/event.h"

namespace sysreel {

constexpr Nanos millis(std::int64_t count) { return {count * 1'000'000}; }

// "fsync"; empty for a number without a row.
std::string_view call_name(const Call& call);
// The descriptor in argument 0 as text: "3</var/lib/data>", escaped.
std::string descriptor_text(const Call& call, const Scene& scene);
// The first argument that is a path, quoted and escaped; empty if there is none.
std::string path_text(const Call& call);

}  // namespace sysreel
