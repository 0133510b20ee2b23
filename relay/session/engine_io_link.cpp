#include "session/engine_io_link.h"

#include <string>

#include "codec/engine_io.h"
#include "codec/websocket_frame.h"

namespace relay {
namespace {

constexpr int64_t kLateUs = 50'000;

int64_t seconds_to_us(double seconds) { return static_cast<int64_t>(seconds * 1e6); }

}  // namespace

EngineIoLink::EngineIoLink(EngineIoOwner& owner, ShardServices& services)
    : owner_(owner), services_(services) {}

void EngineIoLink::open(std::string_view sid, bool can_upgrade) {
  const ServerConfig& server = services_.config->server;
  EngineIoOpen open;
  open.sid = sid;
  open.can_upgrade = can_upgrade;
  open.ping_interval_ms = seconds_to_us(server.ping_interval) / 1000;
  open.ping_timeout_ms = seconds_to_us(server.ping_timeout) / 1000;
  open.max_payload = server.max_http_buffer_size;
  owner_.engine_send(encode_engine_io_open(open));
  await_next_ping();
}

void EngineIoLink::receive_text(std::string_view text) {
  if (text.starts_with('b')) {
    const std::optional<std::string> bytes = decode_engine_io_binary(text);
    if (!bytes) return owner_.engine_close(websocket_close::kProtocolError, "bad base64");
    return owner_.engine_binary(*bytes);
  }
  const std::optional<EngineIoPacket> packet = decode_engine_io(text);
  if (!packet) return owner_.engine_close(websocket_close::kProtocolError, "bad Engine.IO packet");
  switch (packet->type) {
    case EngineIoType::message:
      return owner_.engine_message(packet->payload);
    case EngineIoType::pong:
      if (awaiting_pong_) await_next_ping();
      return;
    case EngineIoType::close:
      return owner_.engine_close(websocket_close::kNormal, "client closed");
    case EngineIoType::ping:
      return owner_.engine_close(websocket_close::kProtocolError, "pings are the server's");
    default:
      return;  // open, upgrade and noop say nothing here; the reference server ignores them too
  }
}

void EngineIoLink::await_next_ping() {
  awaiting_pong_ = false;
  due_us_ = services_.clock.monotonic_us() + seconds_to_us(services_.config->server.ping_interval);
  services_.timers.arm(timer_, due_us_);
}

void EngineIoLink::check() {
  const int64_t now_us = services_.clock.monotonic_us();
  if (timer_.armed() && due_us_ <= now_us) on_timer(now_us);
}

void EngineIoLink::on_timer(int64_t now_us) {
  const int64_t timeout_us = seconds_to_us(services_.config->server.ping_timeout);
  if (awaiting_pong_ && !owner_.engine_deaf())
    return owner_.engine_close(websocket_close::kPolicy, "ping timeout");
  if (!awaiting_pong_) owner_.engine_send("2");
  awaiting_pong_ = true;
  // A timer that is a little late must not give the client more time: it may count from the handshake.
  const bool late = now_us - due_us_ > kLateUs;
  due_us_ = (late ? now_us : due_us_) + timeout_us;
  services_.timers.arm(timer_, due_us_);
}

}  // namespace relay
