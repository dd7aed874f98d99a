#include "tools/reel_series.h"

#include <fmt/format.h>
#include <unistd.h>

namespace sysreel::tools {

ReelSeries::ReelSeries(const std::string& name, std::size_t keep, bool force) : base_(name), keep_(keep), force_(force) {
  constexpr std::string_view ending = ".reel";
  if (base_.ends_with(ending)) base_.resize(base_.size() - ending.size());
}

Result<ReelOutput> ReelSeries::next() {
  auto output = open_reel_output(fmt::format("{}.{:04}.reel", base_, ++number_), force_);
  if (!output) return output;
  files_.push_back(output->name);
  while (files_.size() > keep_) {
    ::unlink(files_.front().c_str());
    files_.pop_front();
  }
  return output;
}

}  // namespace sysreel::tools
