#include "analyzer/errors/failure_target.h"

#include <optional>

#include "analyzer/text/call_text.h"
#include "analyzer/text/value_printer.h"

namespace sysreel {
namespace {

TargetKind kind_of(abi::Kind kind) {
  switch (kind) {
    case abi::Kind::path: return TargetKind::path;
    case abi::Kind::sockaddr: return TargetKind::address;
    case abi::Kind::fd: return TargetKind::descriptor;
    default: return TargetKind::none;
  }
}

// The first argument of that kind, if there is one.
std::optional<std::size_t> argument_of(const abi::SyscallRow& row, TargetKind kind) {
  for (std::size_t i = 0; i < row.args.size() && i < 6; ++i) {
    if (kind_of(row.args[i].type.kind) == kind) return i;
  }
  return std::nullopt;
}

// Targets print as -yy -s 4096 prints them, so that one object has one text.
const text::TextOptions& target_options() {
  static const text::TextOptions options = [] {
    text::TextOptions full;
    full.string_limit = 4096;
    full.decode_fds = text::decode_fds_all;
    return full;
  }();
  return options;
}

std::string text_of_argument(const Call& call, const abi::SyscallRow& row, const Model& model, std::size_t index) {
  text::Out out, comment;
  text::CallPrinter printer(call, row, target_options(), model, out, comment, text::Half::entry);
  text::print(printer, row.args[index].type, call.args[index]);
  return std::string(out.view());
}

bool is_relative(std::string_view quoted) { return quoted.size() > 2 && quoted[0] == '"' && quoted[1] != '/'; }

// Where a relative path starts: the directory descriptor before it, else the current directory. Empty if unknown.
std::string start_of(const Call& call, const abi::SyscallRow& row, const Model& model, std::size_t path_index) {
  constexpr std::int32_t at_fdcwd = -100;  // uapi linux/fcntl.h
  if (path_index > 0 && row.args[path_index - 1].type.kind == abi::Kind::at_fd) {
    const auto fd = static_cast<std::int32_t>(call.args[path_index - 1]);
    if (fd != at_fdcwd) {
      const Descriptor* directory = model.descriptor(call.pid, fd);
      return directory ? directory->path : std::string();
    }
  }
  return std::string(model.cwd(call.pid));
}

}  // namespace

FailureTarget target_of(const Call& call, const Model& model) {
  const abi::SyscallRow& row = text::row_for(call);
  for (const TargetKind kind : {TargetKind::path, TargetKind::address, TargetKind::descriptor}) {
    const auto index = argument_of(row, kind);
    if (!index) continue;
    FailureTarget target{kind, text_of_argument(call, row, model, *index)};
    if (kind == TargetKind::path && is_relative(target.text)) {
      const std::string start = start_of(call, row, model, *index);
      if (!start.empty()) target.text += " in " + start;
    }
    return target;
  }
  return {};
}

}  // namespace sysreel
