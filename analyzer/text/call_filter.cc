#include "analyzer/text/call_filter.h"

#include <algorithm>

#include "analyzer/text/memory_image.h"

namespace sysreel::text {
namespace {

constexpr std::int32_t at_fdcwd = -100;

bool is_descriptor(const abi::Type& type) {
  return type.copy.flow == abi::Flow::none && (type.kind == abi::Kind::fd || type.kind == abi::Kind::at_fd);
}

}  // namespace

bool CallFilter::wants(Pid pid, Tid tid) const {
  if (options_.pids.empty()) return true;
  return std::any_of(options_.pids.begin(), options_.pids.end(), [&](int id) { return id == raw(pid) || id == raw(tid); });
}

bool CallFilter::wants(const Call& call, const abi::SyscallRow& row, const Model& model) const {
  if (call.has(call_hidden) || !options_.trace.has(call.abi, call.nr) || !wants(call.pid, call.tid)) return false;
  if (!options_.paths.empty() && !touches_path(call, row, model)) return false;
  return !options_.trace_fds || touches_fd(call, row);
}

bool CallFilter::is_wanted_path(std::string_view path) const {
  return std::find(options_.paths.begin(), options_.paths.end(), path) != options_.paths.end();
}

bool CallFilter::touches_path(const Call& call, const abi::SyscallRow& row, const Model& model) const {
  const MemoryImage memory(call.blocks);
  for (std::size_t i = 0; i < row.args.size(); ++i) {
    const abi::Type& type = row.args[i].type;
    if (is_descriptor(type)) {
      const Descriptor* descriptor = model.descriptor(call.pid, static_cast<std::int32_t>(call.args[i]));
      if (descriptor && is_wanted_path(descriptor->path)) return true;
    } else if (type.kind == abi::Kind::path) {
      const ByteSpan bytes = memory.input_run(call.args[i], 4096).bytes;
      const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      if (is_wanted_path(text.substr(0, text.find('\0')))) return true;
    }
  }
  return false;
}

bool CallFilter::touches_fd(const Call& call, const abi::SyscallRow& row) const {
  for (std::size_t i = 0; i < row.args.size(); ++i) {
    const auto fd = static_cast<std::int32_t>(call.args[i]);
    if (is_descriptor(row.args[i].type) && fd != at_fdcwd && fd >= 0 && options_.trace_fds->has(fd)) return true;
  }
  return false;
}

}  // namespace sysreel::text
