#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/polling/poll_request.h"
#include "session/gather.h"
#include "session/member_timer.h"
#include "session/session.h"
#include "session/transport.h"

namespace relay {

class PollingClient;

/// A WebSocket that wants to take over a polling client's session. Implemented by Connection. [shard]
class UpgradeSocket {
 public:
  virtual ~UpgradeSocket() = default;
  /// Sends one Engine.IO packet.
  virtual void say(std::string_view packet) = 0;
  /// From now on it carries `session`; `unsent` are frames that go out before the session's outbox.
  virtual void take_over(std::unique_ptr<Session> session, std::string_view unsent) = 0;
  /// There is nothing to take over any more.
  virtual void give_up(uint16_t code, std::string_view reason) = 0;
};

/// What a polling client needs of those around it. [shard]
class PollingHost {
 public:
  virtual ~PollingHost() = default;
  virtual ShardServices& services() = 0;
  /// Answers a request that waits, on this shard or another, at the end of this loop iteration.
  virtual void answer(const ReplyTo& reply_to, HttpResponse response) = 0;
  /// `client` is flushed at the end of this loop iteration.
  virtual void flush_soon(PollingClient& client) = 0;
  /// `client` is no longer needed: its session is over, or has moved to a WebSocket. Freed later.
  virtual void done(PollingClient& client) = 0;
};

/// An Engine.IO client that comes by long polling: its session between the requests, and the one GET that is
/// held open for what the session sends. When the client upgrades, the session moves to the WebSocket. Owned
/// by the shard's PollingClients. [shard]
///
/// Bounds: one GET and one POST at a time; what waits for a GET is bounded by the session's outbox, and kept
/// for 30 s when the relay has closed the session.
class PollingClient final : public Transport {
 public:
  /// python-socketio drops the connection when an answer has more.
  static constexpr size_t kMaxPackets = 16;

  PollingClient(const std::string& id, PollingHost& host, bool bare = false);
  ~PollingClient() override;

  [[nodiscard]] Status start(const SessionRequest& request) { return session_->start(request); }

  // Requests. An answer comes at once or later.
  void get(const ReplyTo& reply_to);
  void post(const ReplyTo& reply_to, std::string_view content_type, std::string_view body);
  /// The connection of a request that was not answered is gone.
  void cancelled(const ReplyTo& reply_to);

  // The upgrade.
  /// False when another WebSocket is at it already.
  [[nodiscard]] bool begin_upgrade(UpgradeSocket& socket);
  /// A message on the WebSocket that upgrades.
  void upgrade_message(bool text, std::string_view message);
  /// That WebSocket is gone, or gives up.
  void cancel_upgrade();

  /// End of a loop iteration: answers the open GET when there is something to say.
  void flush();
  void published(uint64_t token, const PublishResult& result);
  void answered(uint64_t token, std::string_view members);
  void drain();

  /// Null once the session has moved.
  [[nodiscard]] Session* session() const { return session_.get(); }
  [[nodiscard]] const std::string& id() const { return id_; }
  bool flush_wanted = false;  ///< PollingClients' own

  // Transport
  void flush_soon() override { host_.flush_soon(*this); }
  void flush_in_turn() override { host_.flush_soon(*this); }
  [[nodiscard]] bool writable() const override { return get_.has_value(); }
  void close(uint16_t code, std::string_view reason) override;
  void pause_reading(bool paused) override;
  void ping() override {}  // for WebSockets without heartbeats of their own

 private:
  [[nodiscard]] bool awaits_get() const;
  void answer(std::optional<ReplyTo>& waiting, HttpResponse response);
  [[nodiscard]] bool has_packets() const;
  [[nodiscard]] std::string take_packets();
  void take_frames();
  void hand_over();
  void end_session();
  void finish();
  void on_noop(int64_t now_us);
  void on_deadline(int64_t now_us);
  void arm(Timer& timer, int64_t delay_us);

  const std::string id_;
  PollingHost& host_;
  std::unique_ptr<Session> session_;
  std::optional<ReplyTo> get_, post_;
  std::string frames_;      // taken from the outbox and not yet answered
  size_t frames_sent_ = 0;  // bytes of frames_ that have gone
  UpgradeSocket* upgrading_ = nullptr;
  bool probed_ = false;  // the WebSocket works: GETs are to end soon
  bool paused_ = false;
  bool ended_ = false;       // the session has been told that it is over
  bool done_ = false;        // so has the host
  uint16_t close_code_ = 0;  // why the session is to end
  std::string close_reason_;
  MemberTimer<PollingClient> noop_{*this, &PollingClient::on_noop};
  MemberTimer<PollingClient> deadline_{*this, &PollingClient::on_deadline};  // of an upgrade, or a last word
};

}  // namespace relay
