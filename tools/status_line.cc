#include "tools/status_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <numeric>

namespace sysreel::tools {
namespace {

constexpr Nanos first_second{1'000'000'000};

void to_stderr(const std::string& text) {
  if (TEMP_FAILURE_RETRY(::write(STDERR_FILENO, text.data(), text.size())) < 0) return;  // nobody is left to tell
}

// With commas between groups of three digits, whatever the locale.
std::string grouped(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::ptrdiff_t at = std::ssize(digits) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  if (bytes < 1024 * 1024) return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024 * 1024));
}

double seconds(Nanos span) { return static_cast<double>(span.value) / 1e9; }

}  // namespace

std::string progress_text(const Progress& progress) {
  const double elapsed = seconds(progress.elapsed);
  const auto rate = static_cast<std::uint64_t>(elapsed > 0 ? static_cast<double>(progress.events) / elapsed : 0);
  return fmt::format("{:.1f} s  {} events  {}/s  {}  lost {}", elapsed, grouped(progress.events), grouped(rate),
                     size_text(progress.bytes), grouped(progress.lost));
}

std::string outcome_text(const PumpOutcome& outcome, Nanos elapsed, const std::string& name) {
  std::uint64_t lost = outcome.totals.unwritten;
  lost += std::accumulate(outcome.losses.calls.begin(), outcome.losses.calls.end(), std::uint64_t{0});
  lost += std::accumulate(outcome.losses.others.begin(), outcome.losses.others.end(), std::uint64_t{0});
  const std::string left_out = outcome.losses.filtered == 0 ? "" : fmt::format(", {} calls did not pass the filter", grouped(outcome.losses.filtered));
  return fmt::format("{} events in {:.1f} s, {} in '{}', {}{}", grouped(outcome.totals.events), seconds(elapsed),
                     size_text(outcome.totals.bytes), name.empty() ? "standard output" : name,
                     lost == 0 ? "nothing lost" : grouped(lost) + " LOST", left_out);
}

StatusLine::StatusLine(bool wanted) : enabled_(wanted && ::isatty(STDERR_FILENO) == 1) {}

void StatusLine::show(const Progress& progress) {
  if (!enabled_ || progress.elapsed < first_second) return;
  // The cursor goes back to the line's begin, so that what the command prints replaces the line instead of following it.
  to_stderr(fmt::format("\r\x1b[K{}\r", progress_text(progress)));
  shown_ = true;
}

void StatusLine::clear() {
  if (shown_) to_stderr("\r\x1b[K");
  shown_ = false;
}

}  // namespace sysreel::tools
