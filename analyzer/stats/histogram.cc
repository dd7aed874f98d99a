#include "analyzer/stats/histogram.h"

#include <algorithm>
#include <cmath>

namespace sysreel {

std::uint64_t Histogram::lower_bound(std::size_t bucket) {
  const std::size_t power = bucket >> step_bits;
  const std::uint64_t step = bucket & ((1u << step_bits) - 1);
  if (power == 0) return step;
  return ((1ull << step_bits) | step) << (power - 1);
}

void Histogram::merge(const Histogram& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
}

Nanos Histogram::percentile(double fraction) const {
  if (total_ == 0) return {};
  const auto rank = static_cast<std::uint64_t>(std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(total_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (counts_[bucket] == 0 || seen < rank) continue;
    const std::uint64_t low = lower_bound(bucket);
    const std::uint64_t width = lower_bound(bucket + 1) - low;
    return {static_cast<std::int64_t>(low + (width - 1) / 2)};
  }
  return {};
}

std::uint64_t Histogram::in_power_of_two(unsigned power) const {
  std::uint64_t sum = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    const std::uint64_t low = lower_bound(bucket);
    const unsigned width = low <= 1 ? 1 : static_cast<unsigned>(std::bit_width(low));
    if (width == power + 1) sum += counts_[bucket];
  }
  return sum;
}

}  // namespace sysreel
