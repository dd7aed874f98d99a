// Answers about processes that the recorded events cannot give, while these live: names and numbers of whoever was never traced.
#pragma once

#include <string>

#include "format/ids.h"

namespace sysreel::text {

enum class PidKind : unsigned char { thread, process, group, session };

class PidLookup {
 public:
  virtual ~PidLookup() = default;
  // The name of the thread that this process's pid namespace calls `id`; empty: there is none now.
  virtual std::string comm(int id) = 0;
  // The name of a traced thread, its last one if it has just ended.
  virtual std::string comm_of_traced(Tid tid) = 0;
  // What this process's pid namespace calls the one that the namespace of `of` calls `id`.
  // 0: both are in one namespace, or there is none.
  virtual int translate(Tid of, int id, PidKind kind) = 0;
};

}  // namespace sysreel::text
