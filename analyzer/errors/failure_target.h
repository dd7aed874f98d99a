// What a call was about: the path, address or descriptor that its failure concerns.
#pragma once

#include <string>

#include "analyzer/model/model.h"
#include "format/event.h"

namespace sysreel {

// What kind of thing a target is; the order is the order in which a call's arguments are searched.
enum class TargetKind : std::uint8_t { path, address, descriptor, none };

struct FailureTarget {
  TargetKind kind = TargetKind::none;
  // As it prints: "/etc/passwd" in quotes and escaped; {sa_family=…}; 3</dev/null>. Empty where there is none.
  std::string text;
};

// The target of a call, with descriptors named as the model knows them at this moment. Paths are shown in full whatever
// string limit the text uses, relative ones together with the directory they start from: "conf.d/a" in "/etc".
FailureTarget target_of(const Call& call, const Model& model);

}  // namespace sysreel
