#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace relay::test {

/// A plain blocking client socket to "127.0.0.1:PORT".
class HttpSocket {
 public:
  explicit HttpSocket(const std::string& address) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == 0;
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~HttpSocket() { ::close(fd_); }
  HttpSocket(const HttpSocket&) = delete;
  HttpSocket& operator=(const HttpSocket&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("the relay closed the connection");
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  /// Reads until `end` has come or the relay has closed.
  std::string read_until(std::string_view end) {
    std::string got;
    char piece[4096];
    while (got.find(end) == std::string::npos) {
      const ssize_t count = recv(fd_, piece, sizeof piece, 0);
      if (count <= 0) return got;
      got.append(piece, static_cast<size_t>(count));
    }
    return got;
  }
  std::string read_to_end() { return read_until(std::string_view("\0never\0", 7)); }

 private:
  int fd_;
  bool connected_ = false;
};

/// One request on a connection of its own; the whole answer.
inline std::string http(const std::string& address, std::string_view method, std::string_view target,
                        std::string_view body = "") {
  HttpSocket socket(address);
  socket.send(std::string(method) + " " + std::string(target) +
              " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
              "application/json\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  return socket.read_to_end();
}

}  // namespace relay::test
