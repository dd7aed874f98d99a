// The files of a recording that rotates: one reel after the other, of which the newest are kept.
#pragma once

#include <deque>
#include <string>

#include "format/result.h"
#include "tools/reel_output.h"

namespace sysreel::tools {

// Opens NAME.0001.reel, NAME.0002.reel and so on, and removes its own oldest ones.
class ReelSeries {
 public:
  // `keep`: how many files may be there at a time, at least 2.
  ReelSeries(const std::string& name, std::size_t keep, bool force);

  Result<ReelOutput> next();

  // "NAME.*.reel", to be said to the user.
  std::string pattern() const { return base_ + ".*.reel"; }

 private:
  std::string base_;
  std::size_t keep_;
  bool force_;
  unsigned number_ = 0;
  std::deque<std::string> files_;
};

}  // namespace sysreel::tools
