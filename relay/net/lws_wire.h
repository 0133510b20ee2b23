#pragma once

#include <libwebsockets.h>
#include <sys/socket.h>

#include <string_view>

#include "net/wire.h"

namespace relay {

/// A Wire over a libwebsockets socket in its RAW role: bytes go to the socket as they are; what it does not take,
/// libwebsockets keeps in `buflist_out` and sends first. Never written to while such a rest exists, so that the
/// buffer stays bounded by one write.
class LwsWire final : public Wire {
 public:
  void attach(lws* socket) { socket_ = socket; }
  void detach() { socket_ = nullptr; }

  [[nodiscard]] bool write(std::string_view bytes) override {
    if (socket_ == nullptr) return false;
    // lws_write takes a mutable pointer for the header room of its other modes; RAW only reads.
    auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
    if (lws_write(socket_, data, bytes.size(), LWS_WRITE_RAW) < 0) return false;
    blocked_ = lws_partial_buffered(socket_) != 0;
    return true;
  }
  [[nodiscard]] bool blocked() const override { return blocked_; }
  /// The socket is writable. True when the rest is gone.
  [[nodiscard]] bool unblock() {
    blocked_ = lws_partial_buffered(socket_) != 0;
    return !blocked_;
  }
  void pause_reading(bool paused) override {
    if (socket_ == nullptr || paused == paused_) return;
    paused_ = paused;
    lws_rx_flow_control(socket_, paused ? 0 : 1);
    if (!paused) service_soon();
  }
  void finish_writing() override {
    if (socket_ != nullptr) shutdown(lws_get_socket_fd(socket_), SHUT_WR);
  }
  void kill() override {
    if (socket_ == nullptr) return;
    lws_set_timeout(socket_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    service_soon();
  }

 private:
  // On a libuv loop lws looks at its own timers and at resumed sockets only after I/O: this makes some.
  void service_soon() { lws_cancel_service(lws_get_context(socket_)); }

  lws* socket_ = nullptr;
  bool blocked_ = false;
  bool paused_ = false;
};

}  // namespace relay
