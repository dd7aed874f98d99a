#include "analyzer/errors/failure_object.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "analyzer/text/call_text.h"
#include "analyzer/text/files/socket_text.h"
#include "analyzer/text/value_printer.h"

namespace sysreel::errors {
namespace {

constexpr std::int32_t at_fdcwd = -100;  // uapi linux/fcntl.h
constexpr std::uint16_t af_unix = 1, af_inet = 2, af_inet6 = 10;

std::int32_t fd_argument(const Call& call, int index) { return static_cast<std::int32_t>(call.args[static_cast<std::size_t>(index)]); }

std::string_view text_of(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
std::string_view text_of(const std::vector<std::byte>& bytes) { return text_of(ByteSpan(bytes)); }

// What was copied from exactly this address, at entry or else at exit.
ByteSpan block_at(const Call& call, std::uint64_t address) {
  for (const Block& block : call.blocks) {
    if (block.address == address && !block.data.empty()) return block.data;
  }
  return {};
}

unsigned port_of(std::string_view sockaddr) {
  if (sockaddr.size() < 4) return 0;
  return static_cast<unsigned>(static_cast<unsigned char>(sockaddr[2])) << 8 | static_cast<unsigned char>(sockaddr[3]);
}

// The end of a connection that names the service: the lower port, which is not the one the kernel picked.
std::string_view service_end(const Descriptor& socket) {
  const std::string_view local = text_of(socket.local), peer = text_of(socket.peer);
  if (socket.family != af_inet && socket.family != af_inet6) return peer.size() > 2 ? peer : local;
  const unsigned local_port = port_of(local), peer_port = port_of(peer);
  return peer_port != 0 && (local_port == 0 || peer_port < local_port) ? peer : local;
}

Key descriptor_key(const Call& call, int fd, const Model& model) {
  const Descriptor* descriptor = model.descriptor(call.pid, fd);
  if (!descriptor) return mixed(static_cast<Key>(raw(call.pid)), static_cast<Key>(fd));
  if (descriptor->kind != FdKind::socket) return key_of(descriptor->path);
  const std::string_view service = service_end(*descriptor);
  const Key kind = mixed(descriptor->family, descriptor->socket_type);
  return service.empty() ? mixed(kind, descriptor->inode) : mixed(kind, key_of(service));
}

// Objects print as -yy -s 4096 prints them, so that one object has one text.
const text::TextOptions& object_options() {
  static const text::TextOptions options = [] {
    text::TextOptions full;
    full.string_limit = 4096;
    full.decode_fds = text::decode_fds_all;
    return full;
  }();
  return options;
}

// Where a relative path starts: the directory descriptor before it, else the current directory. Empty if unknown.
std::string start_of(const Call& call, const CallShape& shape, const Model& model) {
  if (shape.start >= 0 && fd_argument(call, shape.start) != at_fdcwd) {
    const Descriptor* directory = model.descriptor(call.pid, fd_argument(call, shape.start));
    return directory ? directory->path : std::string();
  }
  return std::string(model.cwd(call.pid));
}

int descriptor_argument(const Call& call, const CallShape& shape) {
  if (shape.descriptor >= 0) return fd_argument(call, shape.descriptor);
  return shape.start >= 0 ? fd_argument(call, shape.start) : -1;
}

FailureObject path_object(const Call& call, const CallShape& shape, const Model& model) {
  const std::string_view path = path_at(call, shape.path);
  FailureObject object{ObjectKind::path, quoted(path), std::string(path), {}};
  if (path.empty() || path[0] == '/') return object;
  object.start = start_of(call, shape, model);
  if (!object.start.empty()) object.text += " in " + escaped(object.start);
  return object;
}

FailureObject descriptor_object(const Call& call, const CallShape& shape, const Model& model) {
  const int fd = descriptor_argument(call, shape);
  text::Out out, comment;
  text::CallPrinter printer(call, text::row_for(call), object_options(), model, out, comment, text::Half::entry);
  text::print(printer, abi::value(abi::Kind::fd), static_cast<std::uint32_t>(fd));
  FailureObject object{ObjectKind::descriptor, std::string(out.view()), {}, {}};
  if (const Descriptor* descriptor = model.descriptor(call.pid, fd)) object.name = descriptor->path;
  return object;
}

}  // namespace

std::string escaped(std::string_view text) {
  text::Out out;
  text::put_escaped(out, text::HexStrings::none, text, {});
  return std::string(out.view());
}

std::string quoted(std::string_view text) { return '"' + escaped(text) + '"'; }

Key key_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

std::string_view path_at(const Call& call, int argument) {
  const std::string_view bytes = text_of(block_at(call, call.args[static_cast<std::size_t>(argument)]));
  return bytes.substr(0, bytes.find('\0'));
}

std::string_view last_component(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

std::string_view parent_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return path.substr(0, std::max<std::size_t>(slash, 1));
}

std::string_view address_at(const Call& call, const CallShape& shape) {
  if (shape.address < 0) return {};
  const std::string_view bytes = text_of(block_at(call, call.args[static_cast<std::size_t>(shape.address)]));
  const std::size_t length = call.args[static_cast<std::size_t>(shape.address) + 1];
  return bytes.substr(0, length);
}

std::string_view path_of(const FailureObject& object) {
  if (object.kind != ObjectKind::address) return object.name;
  constexpr std::size_t path_offset = 2;
  const std::string_view address = object.name;
  if (address.size() <= path_offset || static_cast<unsigned char>(address[0]) != af_unix) return {};
  return address.substr(path_offset, address.find('\0', path_offset) - path_offset);
}

ObjectKind object_kind(const Call& call, const CallShape& shape) {
  if (shape.path >= 0) {
    const bool of_descriptor = shape.start >= 0 && fd_argument(call, shape.start) != at_fdcwd;
    if (!of_descriptor || !path_at(call, shape.path).empty()) return ObjectKind::path;
    return ObjectKind::descriptor;
  }
  if (shape.address >= 0 && call.args[static_cast<std::size_t>(shape.address)] != 0) return ObjectKind::address;
  return shape.descriptor >= 0 ? ObjectKind::descriptor : ObjectKind::none;
}

Key path_key(const Call& call, const CallShape& shape, std::string_view path, const Model& model) {
  const Key key = key_of(path);
  if (path.starts_with('/')) return key;
  if (shape.start >= 0 && fd_argument(call, shape.start) != at_fdcwd) {
    const Descriptor* directory = model.descriptor(call.pid, fd_argument(call, shape.start));
    return mixed(key, directory ? key_of(directory->path) : static_cast<Key>(call.args[static_cast<std::size_t>(shape.start)]));
  }
  return mixed(key, key_of(model.cwd(call.pid)));
}

Key object_key(const Call& call, const CallShape& shape, const Model& model) {
  switch (object_kind(call, shape)) {
    case ObjectKind::path: return path_key(call, shape, path_at(call, shape.path), model);
    case ObjectKind::address: return key_of(address_at(call, shape));
    case ObjectKind::descriptor: return descriptor_key(call, descriptor_argument(call, shape), model);
    case ObjectKind::none: return 0;
  }
  return 0;
}

FailureObject object_of(const Call& call, const CallShape& shape, const Model& model) {
  switch (object_kind(call, shape)) {
    case ObjectKind::path: return path_object(call, shape, model);
    case ObjectKind::descriptor: return descriptor_object(call, shape, model);
    case ObjectKind::address: {
      const std::string_view address = address_at(call, shape);
      text::Out out;
      text::put_address(out, address);
      return {ObjectKind::address, std::string(out.view()), std::string(address), {}};
    }
    case ObjectKind::none: return {};
  }
  return {};
}

}  // namespace sysreel::errors
