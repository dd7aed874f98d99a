#include "analyzer/text/files/socket_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <span>

#include "analyzer/text/value_printer.h"

namespace sysreel::text {
namespace {

constexpr int af_unix = 1, af_inet = 2, af_inet6 = 10, af_netlink = 16;
constexpr int sock_stream = 1, sock_raw = 3;

struct Protocol {
  int number;
  std::string_view name;
};
// As the kernel's struct proto calls them; -yy shows these and no others.
constexpr Protocol inet_protocols[] = {{1, "PING"}, {6, "TCP"}, {17, "UDP"}, {33, "DCCP"}, {58, "PING"}, {115, "L2TP/IP"},
                                       {132, "SCTP"}, {136, "UDPLITE"}};

// Protocols of netlink sockets, uapi linux/netlink.h.
constexpr Protocol netlink_protocols[] = {
    {0, "ROUTE"}, {2, "USERSOCK"}, {3, "FIREWALL"}, {4, "SOCK_DIAG"}, {5, "NFLOG"}, {6, "XFRM"}, {7, "SELINUX"}, {8, "ISCSI"},
    {9, "AUDIT"}, {10, "FIB_LOOKUP"}, {11, "CONNECTOR"}, {12, "NETFILTER"}, {13, "IP6_FW"}, {14, "DNRTMSG"},
    {15, "KOBJECT_UEVENT"}, {16, "GENERIC"}, {18, "SCSITRANSPORT"}, {19, "ECRYPTFS"}, {20, "RDMA"}, {21, "CRYPTO"}, {22, "SMC"}};

std::string_view name_in(std::span<const Protocol> protocols, int number) {
  for (const Protocol& protocol : protocols) {
    if (protocol.number == number) return protocol.name;
  }
  return {};
}

std::string_view inet_name(const Descriptor& socket) {
  if (socket.socket_type == sock_raw) return "RAW";
  int number = socket.protocol;
  if (number == 0) number = socket.socket_type == sock_stream ? 6 : 17;
  return name_in(inet_protocols, number);
}

// An address of an inet socket, taken apart.
struct Endpoint {
  const std::byte* address = nullptr;
  std::size_t size = 0;
  unsigned port = 0;
  bool any() const { return size == 0 || (port == 0 && std::all_of(address, address + size, [](std::byte b) { return b == std::byte{}; })); }
};

Endpoint endpoint_of(ByteSpan sockaddr, bool v6) {
  const std::size_t offset = v6 ? 8 : 4, size = v6 ? 16 : 4;
  if (sockaddr.size() < offset + size) return {};
  const auto port = static_cast<unsigned>(sockaddr[2]) << 8 | static_cast<unsigned>(sockaddr[3]);
  return {sockaddr.data() + offset, size, port};
}

void put_endpoint(Out& out, const Endpoint& endpoint) {
  char text[INET6_ADDRSTRLEN] = "";
  const bool v6 = endpoint.size == 16;
  inet_ntop(v6 ? AF_INET6 : AF_INET, endpoint.address, text, sizeof text);
  if (v6) out.put('[');
  out.put(std::string_view(text));
  if (v6) out.put(']');
  out.put(':');
  out.decimal(endpoint.port);
}

void put_inode(Out& out, std::string_view name, std::uint64_t inode) {
  out.put(name);
  out.put(":[");
  out.decimal(inode);
  out.put(']');
}

void put_inet(Out& out, const Descriptor& socket, bool v6) {
  const std::string_view name = inet_name(socket);
  if (name.empty()) return put_inode(out, "socket", socket.inode);
  out.put(name);
  if (v6) out.put("v6");
  const Endpoint local = endpoint_of(socket.local, v6), peer = endpoint_of(socket.peer, v6);
  // The kernel's tables know a stream socket only once it listens or is connected.
  const bool in_tables = socket.socket_type != sock_stream || !socket.only_bound;
  if (local.size == 0 || local.port == 0 || !in_tables) return put_inode(out, "", socket.inode);
  out.put(":[");
  put_endpoint(out, local);
  if (!peer.any()) {
    out.put("->");
    put_endpoint(out, peer);
  }
  out.put(']');
}

// The name of a unix socket: a path, or behind a NUL an abstract one. Empty if it has none.
std::string_view unix_name(ByteSpan sockaddr) {
  constexpr std::size_t path_offset = 2;
  if (sockaddr.size() <= path_offset) return {};
  return {reinterpret_cast<const char*>(sockaddr.data()) + path_offset, sockaddr.size() - path_offset};
}

// path, @abstract, each within `quote`.
void put_unix_name(Out& out, const TextOptions& options, std::string_view name, std::string_view quote) {
  const bool abstract = name[0] == '\0';
  if (abstract) {
    name.remove_prefix(1);
    out.put('@');
  }
  out.put(quote);
  put_escaped(out, options.hex_strings, name.substr(0, name.find('\0')), {});
  out.put(quote);
}

// UNIX:[inode->peer's inode,"path"]
void put_unix(Out& out, const TextOptions& options, const Model& model, const Descriptor& socket) {
  out.put(socket.socket_type == sock_stream ? "UNIX-STREAM:[" : "UNIX:[");
  out.decimal(socket.inode);
  constexpr std::string_view peer = "peer:";
  if (socket.extra.starts_with(peer)) {
    out.put("->");
    out.put(std::string_view(socket.extra).substr(peer.size()));
  } else if (const std::uint64_t known = model.unix_peer(socket.inode); known != 0) {
    out.put("->");
    out.decimal(known);
  }
  if (const std::string_view name = unix_name(socket.local); !name.empty()) {
    out.put(',');
    put_unix_name(out, options, name, "\"");
  }
  out.put(']');
}

void put_netlink(Out& out, const Descriptor& socket) {
  std::uint32_t port = 0;
  if (socket.local.size() >= 8) std::memcpy(&port, socket.local.data() + 4, sizeof port);
  if (port == 0) return put_inode(out, "NETLINK", socket.inode);  // not bound yet
  out.put("NETLINK:[");
  if (const std::string_view name = name_in(netlink_protocols, socket.protocol); !name.empty()) {
    out.put(name);
    out.put(':');
    out.decimal(port);
  } else {
    out.decimal(socket.protocol);
  }
  out.put(']');
}

}  // namespace

void put_socket_text(Out& out, const TextOptions& options, const Model& model, const Descriptor& socket) {
  switch (socket.family) {
    case af_inet: return put_inet(out, socket, false);
    case af_inet6: return put_inet(out, socket, true);
    case af_unix: return put_unix(out, options, model, socket);
    case af_netlink: return put_netlink(out, socket);
    default: return put_inode(out, "socket", socket.inode);
  }
}

void put_peer_text(Out& out, const TextOptions& options, const Descriptor& socket) {
  const std::string_view name = unix_name(socket.peer);
  if (socket.family == af_unix && !name.empty()) return put_unix_name(out, options, name, "");
  if (socket.family != af_inet && socket.family != af_inet6) return;
  const Endpoint peer = endpoint_of(socket.peer, socket.family == af_inet6);
  if (!peer.any()) put_endpoint(out, peer);
}

void put_address(Out& out, std::string_view sockaddr) {
  const ByteSpan bytes(reinterpret_cast<const std::byte*>(sockaddr.data()), sockaddr.size());
  std::uint16_t family = 0;
  if (bytes.size() >= sizeof family) std::memcpy(&family, bytes.data(), sizeof family);
  static const TextOptions options;
  if (const std::string_view name = unix_name(bytes); family == af_unix && !name.empty()) return put_unix_name(out, options, name, "\"");
  const bool v6 = family == af_inet6;
  if (const Endpoint endpoint = endpoint_of(bytes, v6); (v6 || family == af_inet) && endpoint.size != 0) {
    return put_endpoint(out, endpoint);
  }
  out.put("family ");
  out.decimal(family);
}

}  // namespace sysreel::text
