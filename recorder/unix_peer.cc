#include "recorder/unix_peer.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "format/unique_fd.h"

namespace sysreel {

std::uint32_t unix_peer_of(std::uint32_t inode) {
  const UniqueFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) return 0;
  struct {
    nlmsghdr header;
    unix_diag_req body;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = ~0u;
  request.body.udiag_ino = inode;
  request.body.udiag_cookie[0] = request.body.udiag_cookie[1] = ~0u;
  request.body.udiag_show = UDIAG_SHOW_PEER;
  if (::send(netlink.get(), &request, sizeof request, 0) != sizeof request) return 0;

  alignas(nlmsghdr) std::array<char, 1024> reply;
  const ssize_t bytes = ::recv(netlink.get(), reply.data(), reply.size(), 0);
  const auto* const header = reinterpret_cast<const nlmsghdr*>(reply.data());
  if (bytes < 0 || !NLMSG_OK(header, static_cast<std::size_t>(bytes)) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return 0;
  const auto* const message = static_cast<const unix_diag_msg*>(NLMSG_DATA(header));
  int left = static_cast<int>(header->nlmsg_len - NLMSG_LENGTH(sizeof *message));
  for (const auto* attribute = reinterpret_cast<const rtattr*>(message + 1); RTA_OK(attribute, left);
       attribute = RTA_NEXT(attribute, left)) {
    std::uint32_t peer = 0;
    if (attribute->rta_type != UNIX_DIAG_PEER || RTA_PAYLOAD(attribute) < sizeof peer) continue;
    std::memcpy(&peer, RTA_DATA(attribute), sizeof peer);
    return peer;
  }
  return 0;
}

}  // namespace sysreel
