// The filter as the programs want it: a constant of bitmaps and words.
#pragma once

#include "recorder/ebpf/record.h"
#include "recorder/exit_filter.h"

namespace sysreel {

sr_filter filter_of(const ExitFilter& wanted);

}  // namespace sysreel
