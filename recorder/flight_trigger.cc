#include "recorder/flight_trigger.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>

#include "format/abi/abi.h"
#include "recorder/limits.h"

namespace sysreel {
namespace {

constexpr int largest_error = 4095;

int error_number(std::string_view name) {
  for (int error = 1; error <= largest_error; ++error) {
    const char* const known = abi::errno_name(error);
    if (known && name == known) return error;
  }
  return 0;
}

std::string_view name_of(const Call& call) {
  const auto* const row = abi::row_of(call.abi, call.nr);
  return row ? row->name : "a call without a name";
}

}  // namespace

Result<void> add_trigger(TriggerRules& rules, std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view kind = text.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : text.substr(equals + 1);
  if (kind == "errno") {
    const int error = error_number(value);
    if (error == 0) return Error{ErrorKind::usage, fmt::format("--on {}: '{}' is no error's name", text, value)};
    rules.errors.push_back(error);
    return {};
  }
  const std::size_t colon = value.rfind(':');
  if (kind == "slower" && colon != std::string_view::npos) {
    auto calls = abi::parse_syscall_set(value.substr(0, colon));
    if (!calls) return calls.error();
    const auto least = parse_duration(value.substr(colon + 1));
    if (!least) return least.error();
    rules.slower.push_back({std::string(value), std::move(*calls), *least});
    return {};
  }
  return Error{ErrorKind::usage, fmt::format("--on {}: what is known is errno=NAME and slower=SET:TIME", text)};
}

void FlightTrigger::fire(std::string why) {
  if (!reason_) reason_ = std::move(why);
}

void FlightTrigger::take(const Call& call) {
  if (reason_) return;
  if (call.failed() && std::find(rules_.errors.begin(), rules_.errors.end(), -call.result) != rules_.errors.end()) {
    const char* const name = abi::errno_name(static_cast<int>(-call.result));
    return fire(fmt::format("{} failed with {} in pid {}", name_of(call), name ? name : "an error", raw(call.pid)));
  }
  for (const TriggerRules::Slower& slower : rules_.slower) {
    if (call.duration < slower.least || !slower.calls.has(call.abi, call.nr)) continue;
    return fire(fmt::format("{} took {:.3f} s in pid {}", name_of(call), static_cast<double>(call.duration.value) * 1e-9, raw(call.pid)));
  }
}

void FlightTrigger::take(const TaskExit& event) {
  if (!event.whole_process) return;
  const bool target = targets_.contains(event.pid);
  if (WIFSIGNALED(event.status)) {
    const int signo = WTERMSIG(event.status);
    const char* const name = abi::signal_name(Abi::x86_64, signo);
    if (target || signo == SIGKILL) fire(fmt::format("pid {} was killed by {}", raw(event.pid), name ? name : "a signal"));
  } else if (target && WEXITSTATUS(event.status) != 0) {
    fire(fmt::format("pid {} exited with {}", raw(event.pid), WEXITSTATUS(event.status)));
  }
}

std::optional<std::string> FlightTrigger::fired() { return std::exchange(reason_, std::nullopt); }

}  // namespace sysreel
