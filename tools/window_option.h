// Reads --window FROM..TO: a stretch of a recording, relative to its beginning or by the clock on the wall.
#pragma once

#include <cstdint>
#include <string_view>

#include "analyzer/window.h"
#include "format/header.h"
#include "format/result.h"

namespace sysreel::tools {

// A window as it was asked for; which moments it means depends on the reel.
class WindowOption {
 public:
  // "2..3.5", "500ms..1s", "..10s", "12:00:03..12:00:04.5", "@1700000000..@1700000010"; a bare number is seconds. Either end may be
  // missing. Fails (usage) for everything else.
  static Result<WindowOption> parse(std::string_view text);

  // The moments of this reel. A time of the day is the first such moment at or after the beginning of the recording, in the
  // reader's time zone.
  Window in(const Header& header) const;

 private:
  enum class Kind : std::uint8_t { open, since_start, time_of_day, since_epoch };
  struct Moment {
    Kind kind = Kind::open;
    Nanos value;
  };
  static Result<Moment> parse_moment(std::string_view text);
  static Nanos resolve(const Moment& moment, const Header& header, Nanos otherwise);

  Moment from_, to_;
};

}  // namespace sysreel::tools
