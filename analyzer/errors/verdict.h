// Which failures matter: the verdict on each group, and their order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/errors/error_group.h"

namespace sysreel::errors {

enum class Verdict : std::uint8_t {
  suspect,  // something bad followed from it, or it is bad by itself and was never made good
  unclear,  // never made good, but nothing bad was seen to follow
  handled,  // made good, or part of normal work
};

Verdict verdict_of(const ErrorGroup& group);

// Why, in a few words: "success followed", "asks whether it is a terminal".
std::string reason_of(const ErrorGroup& group);

// A group as it is shown. A name that was looked for in several places in vain is one failure, and so are those of one
// routine.
struct RankedFailure {
  const ErrorGroup* group = nullptr;
  Verdict verdict = Verdict::unclear;
  std::uint64_t count = 0;                       // with those of `elsewhere`
  std::vector<const ErrorGroup*> elsewhere;      // the same call with the same outcome for the same name in other folders
};

// The worst consequence first; among equals the more frequent, then the earlier.
std::vector<RankedFailure> ranked(const std::vector<const ErrorGroup*>& groups);

}  // namespace sysreel::errors
