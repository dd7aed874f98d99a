// Which calls show: -e trace=, -P, -e trace-fds=, and the processes asked for.
#pragma once

#include "analyzer/model/model.h"
#include "analyzer/text/text_options.h"
#include "format/abi/abi.h"
#include "format/event.h"

namespace sysreel::text {

// Decides by what is known at the call's entry, as strace does.
class CallFilter {
 public:
  explicit CallFilter(const TextOptions& options) : options_(options) {}
  bool wants(const Call& call, const abi::SyscallRow& row, const Model& model) const;
  // Of lines that are not about a call.
  bool wants(Pid pid, Tid tid) const;

 private:
  bool touches_path(const Call& call, const abi::SyscallRow& row, const Model& model) const;
  bool touches_fd(const Call& call, const abi::SyscallRow& row) const;
  bool is_wanted_path(std::string_view path) const;

  const TextOptions& options_;
};

}  // namespace sysreel::text
