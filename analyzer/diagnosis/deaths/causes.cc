#include "analyzer/diagnosis/deaths/causes.h"

namespace sysreel::deaths {

std::span<const CauseRow> all_causes() {
  static constexpr CauseRow rows[] = {
#define CAUSE(function, name) {name, function},
      SYSREEL_CAUSES(CAUSE)
#undef CAUSE
  };
  return rows;
}

}  // namespace sysreel::deaths
