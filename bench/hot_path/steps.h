// The steps of the hot path, in the order in which they build on each other.
#ifndef SYSREEL_BENCH_HOT_PATH_STEPS_H_
#define SYSREEL_BENCH_HOT_PATH_STEPS_H_

enum step {
  STEP_EXIT_ONLY,    // one empty program, at exit
  STEP_DISPATCH,     // two empty programs
  STEP_FILTER,       // … that find out whether the task is traced, and note the call
  STEP_CLOCKS,       // … and read the clock
  STEP_RECORD,       // … and write a record of the call without its memory into the ring
  STEP_PAYLOAD,      // … and copy up to 64 bytes of its memory
  STEP_NO_DURATION,  // STEP_PAYLOAD without the clock at entry
  STEP_COUNT,        // STEP_FILTER, and count calls and errors
};

#endif  // SYSREEL_BENCH_HOT_PATH_STEPS_H_
