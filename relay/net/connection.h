#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/identity.h"
#include "base/address_ranges.h"
#include "codec/http_request.h"
#include "codec/inflater.h"
#include "codec/websocket_frame.h"
#include "codec/websocket_handshake.h"
#include "net/client_address.h"
#include "net/flush_queue.h"
#include "net/http/exchange.h"
#include "net/peer.h"
#include "net/polling/poll_request.h"
#include "net/polling/polling_client.h"
#include "net/wire.h"
#include "session/member_timer.h"
#include "session/session.h"
#include "session/transport.h"

namespace relay {

class Connection;

/// What connections need of the shard they live on. [shard]
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  virtual ShardServices& services() = 0;
  virtual Admin& admin() = 0;
  [[nodiscard]] virtual int shard_number() const = 0;
  [[nodiscard]] virtual bool draining() const = 0;
  /// `connection` is flushed at the end of this loop iteration.
  virtual void flush_soon(Connection& connection) = 0;
  /// `connection` is flushed when the shard flushes all that have something to write.
  virtual void flush_in_turn(Connection& connection) = 0;
  virtual void count_write(size_t bytes, bool blocked) = 0;
  /// To gather one write in; the same one for every connection of the shard.
  virtual Gather& gather() = 0;
  /// A request of Engine.IO's long polling, for the shard that has its session.
  virtual void poll(PollRequest request) = 0;
  /// The connection that waited for its answer is gone.
  virtual void poll_cancelled(const std::string& sid, const ReplyTo& reply_to) = 0;
  /// The polling client of a sid, when it is on this shard.
  virtual PollingClient* polling_client(const std::string& sid) = 0;
  /// Whether a session of this shard has that sid, however it comes.
  [[nodiscard]] virtual bool knows_session(const std::string& sid) const = 0;
  /// A polling client's session has moved to `connection`, or is over.
  virtual void session_moved(const std::string& sid, Connection* connection) = 0;
  /// For messages that come in compressed; the same one for every connection of the shard.
  virtual Inflater& inflater() = 0;
  /// Whose X-Forwarded-For is believed.
  [[nodiscard]] virtual const AddressRanges& trusted_proxies() const = 0;
};

/// One client connection: HTTP requests one after the other, until one of them becomes a WebSocket or an
/// event stream and the rest belongs to its session. Owned by the shard; knows sockets only as a Wire.
/// [shard]
///
/// Bounds: a head of kMaxHeadBytes within 5 s; a body of max_http_buffer_size within a deadline that grows
/// with its length; one request at a time, the following ones wait unread; an idle connection lives 15 s.
class Connection final : public Transport,
                         private HttpExchange,
                         private WebSocketHandler,
                         private UpgradeSocket {
 public:
  Connection(std::string id, Peer peer, Wire& wire, ConnectionHost& host);
  ~Connection() override;

  // From the wire.
  void on_bytes(char* bytes, size_t count);
  void on_writable();
  void on_closed();

  // From the shard.
  void flush();
  void on_published(uint64_t token, const PublishResult& result);
  void on_answered(uint64_t token, std::string_view members);
  void on_fetched(HistoryChunk chunk);
  void on_answer(HttpResponse response);
  void drain();
  void reconfigure();

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const Session* session() const { return session_.get(); }
  [[nodiscard]] Session* session() { return session_.get(); }
  [[nodiscard]] Endpoint::Kind kind() const { return kind_; }
  FlushMark flush_mark;  ///< the FlushQueue's

  // Transport
  void flush_soon() override;
  void flush_in_turn() override;
  [[nodiscard]] bool writable() const override { return !wire_.blocked(); }
  void close(uint16_t code, std::string_view reason) override;
  void pause_reading(bool paused) override;
  void ping() override;

 private:
  enum class Phase {
    head,       ///< reading a request's head
    body,       ///< reading its body
    answering,  ///< the answer is being made elsewhere
    websocket,
    silent,     ///< nothing more is read: an event stream, or the last answer on its way
    closing,    ///< a close frame is on its way, the peer's is awaited
    lingering,  ///< our half is closed; what comes is thrown away
  };
  /// The request that is read or answered. Many connections are long past theirs.
  struct Request {
    std::string input;  ///< unread bytes: the head so far, head and body, or pipelined requests
    HttpHeadReader reader;
    bool begun = false;  ///< the first byte of the head has come
    HttpRequestHead head;
    size_t body_at = 0;  ///< where the body starts in `input`
    RequestOrigin origin;
    const Endpoint* endpoint = nullptr;
    IdentityRef identity;      ///< null: nobody was asked
    Error identity_error;      ///< why there is none, where that is for later
    std::shared_ptr<Tap> tap;  ///< to be streamed if the answer is 200
  };

  // HttpExchange
  [[nodiscard]] const HttpRequestHead& head() const override { return request_->head; }
  [[nodiscard]] std::string_view body() const override;
  [[nodiscard]] std::string_view connection_id() const override { return id_; }
  [[nodiscard]] ShardServices& services() override { return host_.services(); }
  [[nodiscard]] std::string_view client_host() const override {
    return host_of_endpoint(request_->origin.address);
  }
  [[nodiscard]] Admin& admin() override { return host_.admin(); }
  [[nodiscard]] int shard_number() const override { return host_.shard_number(); }
  [[nodiscard]] bool draining() const override { return host_.draining(); }
  [[nodiscard]] AccessRef access() const override {
    return request_->identity == nullptr ? nullptr : request_->identity->access;
  }
  [[nodiscard]] std::string_view subject() const override {
    return request_->identity == nullptr ? std::string_view() : std::string_view(request_->identity->subject);
  }
  void respond(HttpResponse response) override;
  void stream_if_ok(std::shared_ptr<Tap> tap) override { request_->tap = std::move(tap); }

  // WebSocketHandler
  void on_message(bool text, std::string_view message) override;
  void on_ping(std::string_view payload) override;
  void on_pong(std::string_view payload) override;
  void on_close(uint16_t code, std::string_view reason) override;

  // UpgradeSocket
  void say(std::string_view packet) override;
  void take_over(std::unique_ptr<Session> session, std::string_view unsent) override;
  void give_up(uint16_t code, std::string_view reason) override;

  // connection_http.cpp: requests
  void read_requests();
  bool read_head();
  bool begin_request();
  bool read_body();
  void dispatch();
  [[nodiscard]] bool authenticate();
  void refuse(const HttpFault& fault);
  void turn_away(HttpResponse response);
  void end_request();
  [[nodiscard]] bool is_bare() const { return request_->endpoint->path == kBarePath; }
  void open_socket_io();
  void open_websocket();
  void upgrade_polling(const std::string& sid);
  void begin_websocket(const UpgradeAccepted& accepted);
  void poll();
  void open_stream(std::unique_ptr<Session> session);
  void describe_to_admins(SessionRequest& request);
  [[nodiscard]] bool start_session(std::unique_ptr<Session> session, const UpgradeAccepted& accepted);

  // connection.cpp: bytes, deadlines, the end
  void read_websocket(char* bytes, size_t count);
  bool write(std::string_view bytes);
  bool write(std::span<const std::string_view> pieces, size_t bytes);
  void flush_outbox();
  void relieve();
  void finish();
  void end_session(std::string_view reason);
  void linger();
  void arm(int64_t delay_us);
  void on_deadline(int64_t now_us);

  const std::string id_;
  const Peer peer_;
  Wire& wire_;
  ConnectionHost& host_;
  Phase phase_ = Phase::head;
  Endpoint::Kind kind_ = Endpoint::Kind::http;
  std::unique_ptr<Request> request_ = std::make_unique<Request>();  ///< null once a session reads
  std::string pending_;  ///< bytes to write before the outbox: answers and control frames
  std::unique_ptr<Session> session_;
  PollingClient* upgrading_ = nullptr;  ///< whose session this WebSocket wants
  std::unique_ptr<WebSocketParser> parser_;
  MemberTimer<Connection> deadline_{*this, &Connection::on_deadline};
  bool reading_requests_ = false;  ///< read_requests is on the stack
  bool session_live_ = false;      ///< between the session's start and its `closed`
  bool close_after_flush_ = false;
  bool closed_ = false;
  FrameCoding coding_ = FrameCoding::plain;  ///< what the WebSocket's handshake agreed on
  uint16_t close_code_ = 0;
  std::string close_reason_;
  int64_t ping_window_start_us_ = 0;
  uint32_t pings_in_window_ = 0;
};

}  // namespace relay
