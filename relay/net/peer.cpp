#include "net/peer.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace relay {

Peer peer_of(int fd) {
  Peer peer;
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return peer;
  uint16_t port = 0;
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    std::array<uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    peer.ip = IpAddress::v4(bytes);
    port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    std::array<uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    peer.ip = IpAddress::v6(bytes);
    port = ntohs(v6.sin6_port);
  }
  if (peer.ip) peer.address = peer.ip->to_string(port);
  return peer;
}

}  // namespace relay
