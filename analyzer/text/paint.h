// Colours of a line on a terminal (--color).
#pragma once

#include <string_view>

#include "analyzer/text/out.h"

namespace sysreel::text {

// ECMA-48 select graphic rendition, all of one length.
inline constexpr std::string_view paint_call = "\033[34m";     // the call's name: blue
inline constexpr std::string_view paint_failure = "\033[31m";  // a result that is an error: red
inline constexpr std::string_view paint_event = "\033[35m";    // signals and ends: magenta
inline constexpr std::string_view paint_off = "\033[0m";
inline constexpr std::size_t paint_bytes = paint_call.size() + paint_off.size();  // what a painted piece has too many

// Paints what is put into `out` while this object lives, if `wanted`.
class Paint {
 public:
  Paint(Out& out, bool wanted, std::string_view colour) : out_(wanted ? &out : nullptr) {
    if (out_ != nullptr) out_->put(colour);
  }
  ~Paint() {
    if (out_ != nullptr) out_->put(paint_off);
  }
  Paint(const Paint&) = delete;
  Paint& operator=(const Paint&) = delete;

 private:
  Out* const out_;
};

}  // namespace sysreel::text
