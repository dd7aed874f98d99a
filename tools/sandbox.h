// What a reader may still do while it decodes a reel: compute, read what it was given, write what it has open. A reel comes from
// elsewhere; should one ever take a reader over, there is nothing to take: no program to start, no socket, no other file.
#pragma once

#include <string>
#include <vector>

namespace sysreel::tools {

struct SandboxNeeds {
  std::vector<std::string> reads = {};   // files, or folders with all beneath them; "-" is none
  bool symbols = false;                  // names of code are looked up in programs and debug files, wherever they lie
  std::string makes_files_in = {};       // a folder in which files are yet to be made; empty: nowhere
};

// Gives up everything else, for the rest of the process's life, by seccomp(2) and landlock(7). What the kernel does not have
// is left out: a filter alone keeps files readable, but nothing writable and nobody reachable. The process must be alone
// in its memory, without further threads. Children that run already (a pager) are not concerned.
// SYSREEL_SANDBOX=off in the environment leaves it open, for looking into a reader itself.
void enter_sandbox(const SandboxNeeds& needs);

}  // namespace sysreel::tools
