// What is kept, and who joins, as the programs want it: constants of bitmaps and words.
#pragma once

#include "recorder/ebpf/record.h"
#include "recorder/exit_filter.h"
#include "recorder/joining.h"

namespace sysreel {

sr_filter filter_of(const ExitFilter& wanted);
sr_joining joining_of(const Joining& wanted);

}  // namespace sysreel
