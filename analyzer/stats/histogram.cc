#include "analyzer/stats/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sysreel {

void Histogram::merge(const Histogram& other) {
  for (unsigned page = 0; page < page_count; ++page) {
    if (!other.pages_[page]) continue;
    if (!pages_[page]) pages_[page] = std::make_unique<Page>();
    for (unsigned step = 0; step < steps; ++step) (*pages_[page])[step] += (*other.pages_[page])[step];
  }
}

std::uint64_t Histogram::total() const {
  std::uint64_t total = 0;
  for (const auto& page : pages_) {
    if (page) total = std::accumulate(page->begin(), page->end(), total);
  }
  return total;
}

Nanos Histogram::percentile(double fraction) const {
  const std::uint64_t all = total();
  if (all == 0) return {};
  const auto rank = static_cast<std::uint64_t>(std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(all)));
  std::uint64_t seen = 0;
  for (unsigned page = 0; page < page_count; ++page) {
    for (unsigned step = 0; pages_[page] && step < steps; ++step) {
      const std::uint64_t count = (*pages_[page])[step];
      seen += count;
      if (count == 0 || seen < rank) continue;
      const std::uint64_t width = std::uint64_t{1} << shift_of(page);
      const std::uint64_t low = page == 0 ? step : (std::uint64_t{steps} | step) * width;
      return {static_cast<std::int64_t>(low + (width - 1) / 2)};
    }
  }
  return {};
}

std::uint64_t Histogram::in_power_of_two(unsigned power) const {
  if (power >= step_bits) {
    const unsigned index = power - step_bits + 1;
    return index < page_count && pages_[index] ? std::accumulate(pages_[index]->begin(), pages_[index]->end(), std::uint64_t{0}) : 0;
  }
  if (!pages_[0]) return 0;
  const auto first = pages_[0]->begin() + (power == 0 ? 0 : 1 << power);
  return std::accumulate(first, pages_[0]->begin() + (2 << power), std::uint64_t{0});
}

unsigned Histogram::powers() const {
  unsigned power = 63;
  while (power > 0 && in_power_of_two(power - 1) == 0) --power;
  return power;
}

}  // namespace sysreel
