// What a diagnosis says: one finding, how bad it is, how sure it is, and the events it rests on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/ids.h"

namespace sysreel {

// Position of an event in its reel, counted from 1 in the order of the file: what trace-report --at takes. 0: none.
enum class EventRef : std::uint64_t {};
constexpr std::uint64_t raw(EventRef ref) { return static_cast<std::uint64_t>(ref); }

enum class Severity : std::uint8_t {
  note,     // worth knowing; nothing is wrong with it
  warning,  // costs time or resources, or may become an error
  error,    // something failed or died
};

enum class Confidence : std::uint8_t {
  possible,  // the evidence fits, and fits other causes as well
  probable,  // one piece of evidence is missing, or something was lost that could speak against it
  certain,   // every piece of evidence is in the reel
};

// One event that a finding rests on.
struct Evidence {
  EventRef event{};
  std::string what;  // a line: the call or signal as text, or what it shows
};

struct Finding {
  std::string_view rule{};  // name of the rule; set by Diagnosis unless the rule names a part of itself
  Severity severity = Severity::warning;
  Confidence confidence = Confidence::possible;
  Pid pid{};              // whom it concerns; 0: nobody in particular
  Nanos time{};           // when it came to a head
  std::string sentence{};   // what happened, to whom, and why; no period
  std::vector<std::string> details{};  // lines that explain it: registers, mappings, figures
  std::vector<Evidence> evidence{};    // in the order in which it is to be read
  std::string missing{};    // what would make it certain; empty if nothing is missing
  std::string advice{};     // the next step to take; may be empty
};

}  // namespace sysreel
