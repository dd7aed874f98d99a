// A log-linear histogram of durations: fixed memory, mergeable, percentiles within 1 % of the true value.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "format/ids.h"

namespace sysreel {

// Counts non-negative nanoseconds in buckets of 64 steps to the power of two, so that a bucket is at most 1/64 wide and
// its middle at most 0.8 % from any value in it. Values below 64 are exact. Empty histograms own no memory.
class Histogram {
 public:
  void add(Nanos duration) {
    const std::size_t bucket = bucket_of(duration);
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    ++counts_[bucket];
    ++total_;
  }

  void merge(const Histogram& other);

  std::uint64_t total() const { return total_; }

  // The value below or at which `fraction` (0 to 1) of all added values lie. 0 if nothing was added.
  Nanos percentile(double fraction) const;

  // How many values lie in [2^power, 2^(power+1)); power 0 counts 0 and 1.
  std::uint64_t in_power_of_two(unsigned power) const;

 private:
  static constexpr unsigned step_bits = 6;

  static std::size_t bucket_of(Nanos duration) {
    const auto value = static_cast<std::uint64_t>(duration.value < 0 ? 0 : duration.value);
    const unsigned width = static_cast<unsigned>(std::bit_width(value));
    if (width <= step_bits) return value;
    const unsigned shift = width - step_bits - 1;
    return ((static_cast<std::size_t>(shift) + 1) << step_bits) + ((value >> shift) & ((1u << step_bits) - 1));
  }
  // The smallest value of a bucket, and the first value beyond it.
  static std::uint64_t lower_bound(std::size_t bucket);

  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

}  // namespace sysreel
