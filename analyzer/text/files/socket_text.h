// What -yy says about a socket.
#pragma once

#include "analyzer/model/model.h"
#include "analyzer/text/out.h"
#include "analyzer/text/text_options.h"

namespace sysreel::text {

// TCP:[127.0.0.1:1->127.0.0.1:2], UNIX-STREAM:[123->124,"/run/x"], NETLINK:[ROUTE:1], TCP:[123] while it has no address,
// socket:[123] where the protocol is not known.
void put_socket_text(Out& out, const TextOptions& options, const Model& model, const Descriptor& socket);

// The other end alone: 127.0.0.1:80, [::1]:80, /run/x, @abstract. Nothing where it is unknown or has no name.
void put_peer_text(Out& out, const TextOptions& options, const Descriptor& socket);
// A sockaddr by itself: 127.0.0.1:80, [::1]:80, "/run/x", @"abstract"; family 16 where nothing better is known.
void put_address(Out& out, std::string_view sockaddr);

}  // namespace sysreel::text
