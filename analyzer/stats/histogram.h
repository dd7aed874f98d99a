// A log-linear histogram of durations: little memory, mergeable, percentiles within 1 % of the true value.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>

#include "format/ids.h"

namespace sysreel {

// Counts non-negative nanoseconds in pages, a page a power of two, of 64 steps each: a step is at most 1/64 of its values wide
// and its middle at most 0.8 % from any value in it. Values below 128 are exact. Only pages that were touched take memory
// (512 bytes), so that a histogram of a few similar durations is small. Copies are deep.
class Histogram {
 public:
  Histogram() = default;
  Histogram(const Histogram& other) { merge(other); }
  Histogram(Histogram&&) noexcept = default;
  Histogram& operator=(Histogram other) noexcept {
    pages_.swap(other.pages_);
    return *this;
  }

  // Adds `count` times the same duration; a negative one counts as zero.
  void add(Nanos duration, std::uint64_t count = 1) {
    const auto value = static_cast<std::uint64_t>(duration.value < 0 ? 0 : duration.value);
    const unsigned page = page_of(value);
    if (!pages_[page]) pages_[page] = std::make_unique<Page>();
    (*pages_[page])[(value >> shift_of(page)) % steps] += count;
  }

  void merge(const Histogram& other);

  std::uint64_t total() const;

  // The value below or at which `fraction` (0 to 1) of all added values lie. 0 if nothing was added.
  Nanos percentile(double fraction) const;

  // How many values lie in [2^power, 2^(power+1)); power 0 counts 0 and 1.
  std::uint64_t in_power_of_two(unsigned power) const;
  // One past the highest power for which that is not zero; 0 if nothing was added.
  unsigned powers() const;

 private:
  static constexpr unsigned step_bits = 6;
  static constexpr unsigned steps = 1 << step_bits;
  static constexpr unsigned page_count = 63 - step_bits + 1;  // durations have 63 bits; page 0 holds what is below 64
  using Page = std::array<std::uint64_t, steps>;

  static unsigned page_of(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    return width <= step_bits ? 0 : width - step_bits;
  }
  // By how many bits the values of a page are shortened: those of the first two are not.
  static unsigned shift_of(unsigned page) { return page == 0 ? 0 : page - 1; }

  std::array<std::unique_ptr<Page>, page_count> pages_;
};

}  // namespace sysreel
