#pragma once

#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/wire.h"

namespace relay {

/// A Wire over a libwebsockets socket in its RAW role: bytes go to the socket as they are; what it does not
/// take is kept here and sent first. lws_write would keep it as well, but then lws reads nothing from the
/// peer until the rest is gone: a slow reader's pings and goodbyes would wait, and the loop would spin on
/// them. Never written to while such a rest exists, so that it stays bounded by one write.
class LwsWire final : public Wire {
 public:
  void attach(lws* socket) {
    socket_ = socket;
    fd_ = lws_get_socket_fd(socket);
  }
  void detach() { socket_ = nullptr; }

  [[nodiscard]] bool write(std::span<const std::string_view> pieces) override {
    if (socket_ == nullptr) return false;
    const std::optional<size_t> taken = pieces.size() == 1 ? send_some(pieces[0]) : send_some(pieces);
    if (!taken) return false;
    size_t gone = *taken;
    for (const std::string_view piece : pieces) {
      const size_t of_piece = std::min(gone, piece.size());
      gone -= of_piece;
      rest_ += piece.substr(of_piece);
    }
    if (!rest_.empty()) lws_callback_on_writable(socket_);
    return true;
  }
  [[nodiscard]] bool blocked() const override { return !rest_.empty(); }
  /// The socket is writable. True when the rest is gone.
  [[nodiscard]] bool unblock() {
    const std::optional<size_t> taken = send_some(rest_);
    if (!taken) {
      kill();
      return false;
    }
    rest_.erase(0, *taken);
    if (rest_.empty()) {
      rest_ = std::string();  // as much as one write had; most clients never need it again
      return true;
    }
    lws_callback_on_writable(socket_);
    return false;
  }
  void pause_reading(bool paused) override {
    if (socket_ == nullptr || paused == paused_) return;
    paused_ = paused;
    lws_rx_flow_control(socket_, paused ? 0 : 1);
    if (!paused) service_soon();
  }
  void limit_unacknowledged(int64_t milliseconds) override {
    const auto limit = static_cast<unsigned>(milliseconds);
    if (socket_ != nullptr) setsockopt(fd_, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
  }
  void finish_writing() override {
    if (socket_ != nullptr) shutdown(fd_, SHUT_WR);
  }
  void kill() override {
    if (socket_ == nullptr) return;
    lws_set_timeout(socket_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    service_soon();
  }

 private:
  // On a libuv loop lws looks at its own timers and at resumed sockets only after I/O: this makes some.
  void service_soon() { lws_cancel_service(lws_get_context(socket_)); }

  // How much the socket took; nothing when it is dead.
  [[nodiscard]] std::optional<size_t> send_some(std::string_view bytes) {
    return taken(send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  }
  [[nodiscard]] std::optional<size_t> send_some(std::span<const std::string_view> pieces) {
    std::array<iovec, kMaxPieces> vectors;
    msghdr message{};
    message.msg_iov = vectors.data();
    for (const std::string_view piece : pieces.first(std::min(pieces.size(), kMaxPieces)))
      vectors[message.msg_iovlen++] = {const_cast<char*>(piece.data()), piece.size()};
    return taken(sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
  }
  [[nodiscard]] static std::optional<size_t> taken(ssize_t sent) {
    if (sent >= 0) return static_cast<size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
    return std::nullopt;
  }

  static constexpr size_t kMaxPieces = 256;  // of one call: more than a write has

  lws* socket_ = nullptr;
  int fd_ = -1;  // asking lws would touch memory that a write needs for nothing else
  std::string rest_;
  bool paused_ = false;
};

}  // namespace relay
