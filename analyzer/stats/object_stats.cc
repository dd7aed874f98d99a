#include "analyzer/stats/object_stats.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>

#include "analyzer/text/files/socket_text.h"
#include "analyzer/text/memory_image.h"
#include "format/abi/abi.h"

namespace sysreel {
namespace {

using text::Out;

const text::TextOptions plain_text{};

std::optional<std::size_t> first_argument(const abi::SyscallRow& row, bool (*matches)(abi::Kind)) {
  for (std::size_t i = 0; i < row.args.size() && i < 6; ++i) {
    if (matches(row.args[i].type.kind)) return i;
  }
  return std::nullopt;
}

// The descriptor that the call works on; nullopt if it has none.
std::optional<int> descriptor_argument(const Call& call) {
  const abi::SyscallRow* const row = abi::row_of(call.abi, call.nr);
  if (row == nullptr) return std::nullopt;
  const auto index = first_argument(*row, [](abi::Kind kind) { return kind == abi::Kind::fd; });
  if (!index) return std::nullopt;
  return static_cast<int>(static_cast<std::uint32_t>(call.args[*index]));
}

// The path that the call names, as it was given, and the folder it starts from where it is relative to the current one.
void put_path_argument(std::string& name, const Call& call, const Model& model) {
  constexpr std::size_t path_max = 4096;
  const abi::SyscallRow* const row = abi::row_of(call.abi, call.nr);
  if (row == nullptr) return;
  const auto index = first_argument(*row, [](abi::Kind kind) { return kind == abi::Kind::path; });
  if (!index) return;
  const ByteSpan bytes = text::MemoryImage(call.blocks).input_run(call.args[*index], path_max).bytes;
  std::string_view path(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  path = path.substr(0, path.find('\0'));
  if (path.empty()) return;
  const std::string_view folder = path[0] == '/' ? std::string_view() : model.cwd(call.pid);
  if (!folder.empty()) name.append(folder).append(folder.back() == '/' ? "" : "/");
  name.append(path);
}

void put_descriptor(std::string& name, const Model& model, const Descriptor& descriptor) {
  if (descriptor.kind != FdKind::socket) {
    name += descriptor.path;
    return;
  }
  Out out;
  text::put_socket_text(out, plain_text, model, descriptor);
  name += out.view();
}

std::string_view absence_of(Grouping grouping) {
  switch (grouping) {
    case Grouping::path: return "(no path)";
    case Grouping::fd: return "(no descriptor)";
    case Grouping::peer: return "(no peer)";
    case Grouping::stack: return "(no stack)";
    default: return "(unknown)";
  }
}

}  // namespace

void ObjectStats::on(const Call& call) {
  const bool counts = !call.has(call_hidden) && !call.has(call_in_flight) && window_.contains(call.end());
  if (counts) {
    name_group(call);
    table_.of(name_.empty() ? absence_of(grouping_) : name_).add(call.flags, call.result, call.duration, call.on_cpu);
    if (timeline_ != nullptr) timeline_->add(call.end(), call.flags, call.result, call.duration, call.on_cpu);
  }
  follow(call);
}

// Writes name_. Descriptors are what they were when the call began: a close is counted with what it closed.
void ObjectStats::name_group(const Call& call) {
  name_.clear();
  const auto fd = descriptor_argument(call);
  const Descriptor* const descriptor = fd ? model_.descriptor(call.pid, *fd) : nullptr;
  switch (grouping_) {
    case Grouping::syscall: name_ = name_of_call(call.abi, call.nr); break;
    case Grouping::thread: name_ = std::to_string(raw(call.tid)); break;
    case Grouping::process: name_ = std::to_string(raw(call.pid)); break;
    case Grouping::errno_value: name_ = name_of_error(call.failed() ? static_cast<int>(-call.result) : 0); break;
    case Grouping::comm: name_ = model_.comm(call.tid); break;
    case Grouping::stack: stacks_->names.put(name_, call.pid, call.stack); break;
    case Grouping::path:
      put_path_argument(name_, call, model_);
      if (name_.empty() && descriptor) put_descriptor(name_, model_, *descriptor);
      break;
    case Grouping::fd:
      if (!fd) break;
      fmt::format_to(std::back_inserter(name_), "{} {}", raw(call.pid), *fd);
      if (descriptor == nullptr || (descriptor->path.empty() && descriptor->kind != FdKind::socket)) break;
      name_ += '<';
      put_descriptor(name_, model_, *descriptor);
      name_ += '>';
      break;
    case Grouping::peer:
      if (descriptor != nullptr && descriptor->kind == FdKind::socket) {
        Out out;
        text::put_peer_text(out, plain_text, *descriptor);
        name_ = out.view();
      }
      break;
  }
}

}  // namespace sysreel
