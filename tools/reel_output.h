// Opens the file that a recording goes to.
#pragma once

#include <string>

#include "format/result.h"
#include "format/unique_fd.h"

namespace sysreel::tools {

struct ReelOutput {
  UniqueFd fd;
  std::string name;      // empty: standard output
  bool created = false;  // the file was not there before

  // Removes a file that open_reel_output() created and that got no content.
  void take_back();
};

// Makes the file, readable by its owner only, without following a symbolic link in its last component. An existing file is
// an error unless `force`. "-" is standard output, which must not be a terminal.
Result<ReelOutput> open_reel_output(const std::string& name, bool force);

// A name for a recording of `subject` (a command's or process's name) that begins now: "ls-20260102-030405.reel".
// "-2" and so on is put behind if the file exists.
std::string invented_name(const std::string& subject);

}  // namespace sysreel::tools
