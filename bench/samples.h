// Events as recordings have them, made up and endless: what the benchmarks measure on, and long reels are made of.
#pragma once

#include <cstdint>

#include "format/event.h"

namespace sysreel::bench {

// dd if=/dev/zero of=/dev/null bs=1: reads and writes in turn, one byte of payload each.
void add_storm(EventSink& sink, std::uint64_t calls);

// What a build does: processes that come and go and open, stat, map, read and close many files, a good part of which is not there.
void add_compile_job(EventSink& sink, std::uint64_t calls);

}  // namespace sysreel::bench
