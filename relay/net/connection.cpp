#include "net/connection.h"

#include <utility>

#include "session/tap_session.h"

namespace relay {
namespace {

constexpr int64_t kSecond = 1000000;
constexpr int64_t kIdleUs = 15 * kSecond;
constexpr int64_t kLingerUs = 2 * kSecond;
constexpr int64_t kCloseUs = 5 * kSecond;
constexpr int64_t kMessageUs = 10 * kSecond;
constexpr size_t kMaxWriteBytes = 256 * 1024;
constexpr size_t kMaxFlushBytes = 1024 * 1024;  // one session's share of a loop iteration
constexpr uint32_t kMaxPingsPerSecond = 200;
constexpr size_t kMaxUnsentPongBytes = 64 * 1024;
constexpr size_t kMaxWaitingPongBytes = 16 * 1024;

}  // namespace

Connection::Connection(std::string id, Peer peer, Wire& wire, ConnectionHost& host)
    : id_(std::move(id)), peer_(std::move(peer)), wire_(wire), host_(host) {
  arm(5 * kSecond);
}

Connection::~Connection() { end_session("relay stopped"); }

void Connection::on_bytes(char* bytes, size_t count) {
  switch (phase_) {
    case Phase::head:
    case Phase::body:
    case Phase::answering:
      request_->input.append(bytes, count);
      // What follows the request being answered waits in the peer's socket.
      if (phase_ == Phase::answering &&
          request_->input.size() > request_->body_at + head().content_length + kMaxHeadBytes)
        wire_.pause_reading(true);
      read_requests();
      // Answers that wait for the peer make its further requests wait as well.
      if (wire_.blocked() && (phase_ == Phase::head || phase_ == Phase::body)) wire_.pause_reading(true);
      return;
    case Phase::websocket:
    case Phase::closing:
      read_websocket(bytes, count);
      return;
    case Phase::silent:
    case Phase::lingering:
      return;
  }
}

void Connection::read_websocket(char* bytes, size_t count) {
  if (parser_->fault().code != 0) return;
  if (!parser_->feed(bytes, count)) {
    ++services().counters.messages_refused;
    close(parser_->fault().code, parser_->fault().reason);
    return;
  }
  if (phase_ != Phase::websocket || close_after_flush_) return;
  if (!parser_->in_message())
    deadline_.disarm();
  else if (!deadline_.armed())
    arm(kMessageUs);
}

void Connection::on_message(bool text, std::string_view message) {
  if (upgrading_ != nullptr && !close_after_flush_) return upgrading_->upgrade_message(text, message);
  if (!session_live_ || close_after_flush_) return;
  ++services().counters.messages_received;
  if (text)
    session_->receive_text(message);
  else
    session_->receive_binary(message);
  relieve();
}

void Connection::on_ping(std::string_view payload) {
  if (phase_ == Phase::closing) return;  // nothing may follow our close frame
  const int64_t now = services().clock.monotonic_us();
  if (now - ping_window_start_us_ >= kSecond) {
    ping_window_start_us_ = now;
    pings_in_window_ = 0;
  }
  if (++pings_in_window_ > kMaxPingsPerSecond) {
    close(websocket_close::kPolicy, "too many pings");
    return;
  }
  if (pending_.size() > kMaxWaitingPongBytes) {
    close(websocket_close::kPolicy, "pongs are not read");
    return;
  }
  // A peer that does not read gets no more pongs: the RFC asks for one to the newest ping only.
  if (pending_.size() < kMaxUnsentPongBytes) pending_ += control_frame(WebSocketOpcode::pong, payload);
  flush_soon();
}

void Connection::on_pong(std::string_view) {
  if (session_live_) session_->pong();
}

void Connection::on_close(uint16_t code, std::string_view) {
  end_session("client closed");
  if (phase_ == Phase::closing) {
    linger();
    return;
  }
  close_code_ = code == websocket_close::kNoStatus ? websocket_close::kNormal : code;
  close_reason_.clear();
  close_after_flush_ = true;
  arm(kCloseUs);
  flush_soon();
}

void Connection::on_writable() {
  if (phase_ == Phase::head) arm(kIdleUs);  // the answers are being read: not idle
  flush();
}

void Connection::on_closed() {
  closed_ = true;
  if (phase_ == Phase::answering && request_->endpoint != nullptr &&
      request_->endpoint->kind == Endpoint::Kind::socket_io)
    host_.poll_cancelled(std::string(head().query_value("sid")), {static_cast<size_t>(shard_number()), id_});
  deadline_.disarm();
  end_session("connection lost");
}

void Connection::end_session(std::string_view reason) {
  if (PollingClient* const client = std::exchange(upgrading_, nullptr)) client->cancel_upgrade();
  if (!session_live_) return;
  session_live_ = false;
  session_->closed(reason);
  session_->outbox().clear();
  if (session_->id() != id_) host_.session_moved(session_->id(), nullptr);
}

void Connection::say(std::string_view packet) {
  pending_ += text_frame(packet);
  flush_soon();
}

void Connection::take_over(std::unique_ptr<Session> session, std::string_view unsent) {
  upgrading_ = nullptr;
  session_ = std::move(session);
  session_live_ = true;
  pending_ += unsent;
  session_->move_to(*this, coding_);
  host_.session_moved(session_->id(), this);
  flush_soon();
}

void Connection::give_up(uint16_t code, std::string_view reason) {
  upgrading_ = nullptr;
  close(code, reason);
}

void Connection::on_published(uint64_t token, const PublishResult& result) {
  if (session_live_)
    session_->published(token, result);
  else if (phase_ == Phase::answering)
    respond(publish_response(result));
  relieve();
}

void Connection::on_answered(uint64_t token, std::string_view members) {
  if (session_live_) session_->answered(token, members);
  relieve();
}

void Connection::on_fetched(HistoryChunk chunk) {
  if (session_live_) session_->fetched(std::move(chunk));
  relieve();
}

// A publisher may be owed thousands of answers within one iteration, more than an outbox holds.
void Connection::relieve() {
  if (session_live_ && session_->outbox().messages() > session_->outbox().limits().messages / 2) flush();
}

void Connection::on_answer(HttpResponse response) {
  if (phase_ != Phase::answering) return;
  if (request_->tap != nullptr && response.status == 200)
    open_stream(std::make_unique<TapSession>(id_, services(), *this, std::move(request_->tap)));
  else
    respond(std::move(response));
}

void Connection::reconfigure() {
  if (!session_live_) return;
  session_->check_identity();
  session_->reconfigured();
}

void Connection::drain() {
  if (session_live_ && !close_after_flush_) {
    session_->drain();
    close(websocket_close::kRestart, "relay is stopping");
  } else if (phase_ == Phase::head && request_->input.empty()) {
    phase_ = Phase::silent;  // the last answer may still be on its way
    close(websocket_close::kRestart, "relay is stopping");
  } else if (request_ != nullptr) {
    request_->head.keep_alive = false;
  }
}

void Connection::flush_soon() {
  if (!closed_ && !wire_.blocked()) host_.flush_soon(*this);
}

void Connection::flush_in_turn() {
  if (!closed_ && !wire_.blocked()) host_.flush_in_turn(*this);
}

void Connection::flush() {
  if (closed_ || wire_.blocked()) return;
  if (phase_ == Phase::lingering) {
    wire_.finish_writing();
    return;
  }
  if (!pending_.empty()) {
    const std::string bytes = std::exchange(pending_, std::string());
    if (!write(bytes)) return;
  }
  if (!wire_.blocked() && (phase_ == Phase::head || phase_ == Phase::body)) {
    wire_.pause_reading(false);
    read_requests();
  }
  if (session_live_) flush_outbox();
  const bool empty = pending_.empty() && (!session_live_ || session_->outbox().empty());
  if (close_after_flush_ && empty && !wire_.blocked()) finish();
}

void Connection::flush_outbox() {
  const bool coalesce = services().config->performance.batch_messages;
  Gather& gather = host_.gather();
  Outbox& outbox = session_->outbox();
  for (size_t sent = 0; !outbox.empty() && sent < kMaxFlushBytes && !wire_.blocked();) {
    gather.clear();
    if (coalesce)
      outbox.drain(gather, kMaxWriteBytes);
    else
      outbox.drain_one(gather, kMaxWriteBytes);
    sent += gather.bytes();
    const bool written = write(gather.pieces(), gather.bytes());
    gather.clear();
    if (!written) return;
  }
  if (!close_after_flush_) session_->drained();
  if (!outbox.empty()) flush_soon();
}

bool Connection::write(std::string_view bytes) { return write({&bytes, 1}, bytes.size()); }

bool Connection::write(std::span<const std::string_view> pieces, size_t bytes) {
  if (!wire_.write(pieces)) {
    wire_.kill();
    return false;
  }
  host_.count_write(bytes, wire_.blocked());
  return true;
}

void Connection::close(uint16_t code, std::string_view reason) {
  if (closed_ || close_after_flush_ || phase_ == Phase::closing || phase_ == Phase::lingering) return;
  close_code_ = code;
  close_reason_ = reason;
  close_after_flush_ = true;
  arm(kCloseUs);
  flush_soon();
}

// Everything has been handed to the socket: say goodbye in the protocol's way.
void Connection::finish() {
  close_after_flush_ = false;
  if (kind_ != Endpoint::Kind::plain_websocket && kind_ != Endpoint::Kind::socket_io) {
    linger();
    return;
  }
  if (!write(close_frame(close_code_, close_reason_))) return;
  const bool answered = !session_live_;  // the peer closed first
  end_session("closed by the relay");
  if (answered || parser_->fault().code != 0) {
    linger();
    return;
  }
  phase_ = Phase::closing;
  arm(kLingerUs);
}

// Closing a socket that still holds unread bytes makes the kernel send a reset, which can overtake our last
// answer.
void Connection::linger() {
  end_session("closed by the relay");
  phase_ = Phase::lingering;
  if (!wire_.blocked()) wire_.finish_writing();  // else once the rest of the last write is gone
  wire_.pause_reading(false);
  arm(kLingerUs);
}

void Connection::pause_reading(bool paused) { wire_.pause_reading(paused); }

void Connection::ping() {
  pending_ += control_frame(WebSocketOpcode::ping, {});
  flush_soon();
}

void Connection::arm(int64_t delay_us) {
  services().timers.arm(deadline_, services().clock.monotonic_us() + delay_us);
}

void Connection::on_deadline(int64_t) {
  switch (phase_) {
    case Phase::head:
      if (wire_.blocked())
        wire_.kill();
      else if (request_->input.empty())
        linger();
      else
        refuse({408, "request_timeout", "the request head did not arrive in time"});
      return;
    case Phase::body:
      refuse({408, "request_timeout", "the request body did not arrive in time"});
      return;
    case Phase::answering:
      refuse({503, "no_answer", "the relay did not answer in time; try again"});
      return;
    case Phase::websocket:
      if (close_after_flush_)
        wire_.kill();
      else
        close(websocket_close::kPolicy, "message takes too long");
      return;
    case Phase::silent:
    case Phase::closing:
    case Phase::lingering:
      wire_.kill();
      return;
  }
}

}  // namespace relay
