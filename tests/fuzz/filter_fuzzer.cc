// Any text as what a user may type: sets of calls, durations, sizes, rules of redaction, triggers.
#include <cstdint>
#include <string_view>

#include "format/abi/syscall_set.h"
#include "recorder/flight_trigger.h"
#include "recorder/limits.h"
#include "recorder/redact/rule_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sysreel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(abi::parse_syscall_set(text));
  static_cast<void>(parse_duration(text));
  static_cast<void>(parse_size(text));
  static_cast<void>(parse_rules(text, "fuzzed"));
  TriggerRules triggers;
  static_cast<void>(add_trigger(triggers, text));
  return 0;
}
