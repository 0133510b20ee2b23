#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/identity.h"
#include "base/result.h"
#include "codec/frame.h"
#include "codec/gap.h"
#include "pipeline/intake.h"
#include "session/drop_tally.h"
#include "session/history.h"
#include "session/member_timer.h"
#include "session/outbox.h"
#include "session/shard_services.h"
#include "session/transport.h"
#include "session/why.h"

namespace relay {

struct AdminVerdict;

/// One row of `senecactl stats --clients`.
struct SessionInfo {
  std::string id;
  std::string protocol;  ///< "socketio", "ws", "ws.v1", "ws.v1.zstd", "sse"
  std::string address;   ///< "127.0.0.1:51234"; behind a proxy without a port
  std::vector<std::string> rooms;
  std::vector<std::string> subscriptions;  ///< selection texts
  int64_t connected_us = 0;                ///< wall clock
  uint64_t events_sent = 0;                ///< events put into the outbox
  uint64_t events_dropped = 0;
  size_t queued_frames = 0;
  size_t queued_bytes = 0;
};

/// How a client asked to be served: its URL's query, decoded, and what the connection is.
struct SessionRequest {
  std::string address;
  bool secure = false;                                       ///< the client speaks TLS, to us or to a proxy
  std::vector<std::pair<std::string, std::string>> query;    ///< percent-decoded, in order
  std::string subprotocol;                                   ///< the negotiated one, or ""
  std::string last_event_id;                                 ///< SSE
  std::vector<std::pair<std::string, std::string>> headers;  ///< for the Admin UI, empty without it
  std::string url;                                           ///< the same
  FrameCoding coding = FrameCoding::plain;                   ///< deflated: permessage-deflate was agreed on
  IdentityRef identity;                                      ///< of the head's token; null: nobody was asked
  Error identity_error;  ///< why there is none, for protocols that ask later; code "" otherwise

  /// The first value of `name`, or "".
  [[nodiscard]] std::string_view get(std::string_view name) const;
};

/// One client's protocol state, whatever the protocol. Owned by its connection; lives on one shard; no locks.
///
/// Order of calls: start, then receive_* / published / pong in any order, then closed exactly once. After it
/// asked its transport to close, a session gets only `closed`.
class Session {
 public:
  Session(std::string id, ShardServices& services, Transport& transport);
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The handshake is done: greet. An error refuses the client; the connection answers it in its protocol's
  /// way.
  [[nodiscard]] virtual Status start(const SessionRequest& request) = 0;
  /// One whole message; text is valid UTF-8.
  virtual void receive_text(std::string_view message) = 0;
  virtual void receive_binary(std::string_view message) = 0;
  virtual void pong() {}
  /// Another transport carries it from now on. What waits in the outbox goes with it.
  virtual void move_to(Transport& transport, FrameCoding coding);
  /// Somebody looks: what is due now and waits for its timer happens at once.
  virtual void check_deadlines() {}
  /// What became of the publication submitted with `token`.
  virtual void published(uint64_t token, const PublishResult& result) = 0;
  /// What Publisher::ask_presence asked for: members of a JSON object.
  virtual void answered(uint64_t, std::string_view /*members*/) {}
  /// What History::fetch or fetch_routed asked for.
  virtual void fetched(HistoryChunk&& /*chunk*/) {}
  /// Whether it may be an admin, which it asked with this number.
  virtual void admin_verdict(uint64_t attempt, const AdminVerdict& verdict) {
    static_cast<void>(attempt), static_cast<void>(verdict);
  }
  /// Its Socket.IO sockets for the Admin UI, JSON objects with commas before all but the first in `json`,
  /// which does not grow once it has `max_bytes`.
  virtual void append_sockets(std::string& json, size_t max_bytes) const {
    static_cast<void>(json), static_cast<void>(max_bytes);
  }
  /// Frames left the outbox: room for catching up with history.
  virtual void drained() {}
  /// The relay is stopping: say goodbye; the connection closes afterwards.
  virtual void drain() = 0;
  /// The connection is gone. Leave rooms, drop subscriptions.
  virtual void closed(std::string_view reason) = 0;
  /// Who it is for may have lost what vouched for them: those whose key is gone are sent away.
  virtual void check_identity();
  /// A new configuration is in `services`.
  virtual void reconfigured() {}

  [[nodiscard]] virtual SessionInfo info() const = 0;
  /// True for the session's id, and for whatever else the client may know itself by.
  [[nodiscard]] virtual bool answers_to(std::string_view id) const { return id == id_; }
  /// What became of the event at `offset`, as far as this client goes.
  [[nodiscard]] Explanation explain(uint64_t offset) const;

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] Outbox& outbox() { return outbox_; }
  /// What is volatile would have to wait.
  [[nodiscard]] bool is_behind() const { return !transport_->writable() || room() == 0; }
  /// How live events go to this client; everything else is plain.
  [[nodiscard]] FrameCoding coding() const { return coding_; }

 protected:
  [[nodiscard]] virtual Interest interest_in(const Event& event) const = 0;
  /// Queues a frame and asks for a flush: at once for what is `urgent`, critical or no event, else with the
  /// shard's next one. On overflow closes with 1013 "too slow" and answers false.
  bool send(Priority lane, FrameRef frame, bool urgent = false);
  /// The same for what is not worth waiting for: given up, counted but not told, when the client is behind.
  void send_volatile(Priority lane, FrameRef frame);
  /// Asks the transport to close; from then on nothing is sent.
  void close(uint16_t code, std::string_view reason);
  [[nodiscard]] bool closing() const { return closing_; }

  /// Who it is for; null: the relay asks nobody.
  [[nodiscard]] const IdentityRef& identity() const { return identity_; }
  [[nodiscard]] AccessRef access() const { return identity_ == nullptr ? nullptr : identity_->access; }
  /// The client brings a newer token: it must be of the same subject. `identity` is then that of the new one.
  /// Errors: those of Authenticator::identify, `no_authentication`, `token_subject`.
  [[nodiscard]] Status renew_identity(std::string_view token);
  /// What vouched for the client does no longer. By default closes with 4401.
  virtual void identity_ended(const Error& error);
  /// The connection is gone: there is nobody to be sent away.
  void release_identity() { identity_end_.disarm(); }
  /// Notes who came when and how; first thing in `start`.
  void note_start(const SessionRequest& request);
  [[nodiscard]] const std::string& address() const { return address_; }
  /// The part of `info` that is the same for every protocol.
  [[nodiscard]] SessionInfo base_info(std::string_view protocol) const;
  [[nodiscard]] Transport& transport() { return *transport_; }
  /// What was dropped on its way, once there is room again to tell; nothing when there is nothing to tell.
  [[nodiscard]] std::optional<GapNotice> gap_to_tell();
  /// The same, room or not.
  [[nodiscard]] std::optional<GapNotice> untold_gap();
  /// Events that may go into one bundle: a small part of the queue, and one where each is looked at by
  /// itself.
  [[nodiscard]] size_t bundle_limit() const;
  /// Frames that may be queued without pushing others out: half the bound, so that live events find room.
  [[nodiscard]] size_t room() const;

  std::string id_;
  ShardServices& services_;

 private:
  Transport* transport_;
  DropTally drops_;

 protected:
  Outbox outbox_;

 private:
  void adopt_identity(IdentityRef identity);
  void on_identity_end(int64_t now_us);

  std::string address_;
  IdentityRef identity_;
  MemberTimer<Session> identity_end_{*this, &Session::on_identity_end};
  int64_t connected_us_ = 0;
  uint64_t events_sent_ = 0;
  FrameCoding coding_ = FrameCoding::plain;
  bool closing_ = false;
};

/// The same for a client that is gone: only its drops are remembered.
[[nodiscard]] Explanation explain_drops(std::string_view client, uint64_t offset,
                                        const ShardServices& services);

}  // namespace relay
