#include "net/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace relay {
namespace {

constexpr int kBacklog = 4096;

std::string endpoint(const std::string& host, uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<AddressList> resolve(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(host.empty() ? nullptr : host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0)
    return fail("listen_address", endpoint(host, port),
                std::string("is not an address of this machine (") + gai_strerror(error) + ")");
  return AddressList(found, freeaddrinfo);
}

Result<int> bind_socket(const addrinfo& address, const std::string& name, bool share) {
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return fail("listen_failed", name, std::string("cannot make a socket: ") + std::strerror(errno));
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (share) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (address.ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (bind(fd, address.ai_addr, address.ai_addrlen) == 0) return fd;
  const int error = errno;
  close(fd);
  if (error == EADDRINUSE)
    return fail("port_busy", name,
                "another program listens there; stop it or choose another port with --listen");
  return fail("listen_failed", name, std::string("cannot listen: ") + std::strerror(error));
}

}  // namespace

Result<int> open_listener(const std::string& host, uint16_t port) {
  const auto addresses = resolve(host, port);
  if (!addresses) return tl::unexpected(addresses.error());
  const std::string name = endpoint(host, port);
  const Result<int> fd = bind_socket(**addresses, name, true);
  if (!fd) return fd;
  if (listen(*fd, kBacklog) != 0) {
    const int error = errno;
    close(*fd);
    return fail("listen_failed", name, std::string("cannot listen: ") + std::strerror(error));
  }
  return fd;
}

Status check_port_free(const std::string& host, uint16_t port) {
  if (port == 0) return {};
  const auto addresses = resolve(host, port);
  if (!addresses) return tl::unexpected(addresses.error());
  const Result<int> fd = bind_socket(**addresses, endpoint(host, port), false);
  if (!fd) return tl::unexpected(fd.error());
  close(*fd);
  return {};
}

void close_listener(int fd) { close(fd); }

uint16_t listener_port(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

}  // namespace relay
