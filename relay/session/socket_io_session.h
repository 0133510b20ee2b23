#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/gap.h"
#include "codec/socket_io.h"
#include "session/engine_io_link.h"
#include "session/history.h"
#include "session/member_timer.h"
#include "session/publish_queue.h"
#include "session/recovery.h"
#include "session/session.h"

namespace relay {

class SocketIoNamespace;

/// Socket.IO 5 over Engine.IO 4, by WebSocket or long polling: packets in, the namespaces they belong to,
/// attachments, deadlines. What a namespace does with an event is SocketIoNamespace's.
class SocketIoSession final : public Session, private EngineIoOwner, private RecoveringSession {
 public:
  SocketIoSession(std::string id, ShardServices& services, Transport& transport);
  ~SocketIoSession() override;

  [[nodiscard]] Status start(const SessionRequest& request) override;
  void receive_text(std::string_view message) override;
  void receive_binary(std::string_view message) override;
  void published(uint64_t token, const PublishResult& result) override;
  void answered(uint64_t token, std::string_view members) override;
  void fetched(HistoryChunk&& chunk) override;
  void move_to(Transport& transport, FrameCoding coding) override;
  void check_deadlines() override { engine_.check(); }
  void check_identity() override;
  void admin_verdict(uint64_t attempt, const AdminVerdict& verdict) override;
  void append_sockets(std::string& json, size_t max_bytes) const override;
  void drained() override;
  // Clients told to disconnect stay away; those whose connection just closes come back, as they should.
  void drain() override {}
  void closed(std::string_view reason) override;
  [[nodiscard]] SessionInfo info() const override;
  /// A client knows itself by the sid of a namespace.
  [[nodiscard]] bool answers_to(std::string_view id) const override;

  // For the namespaces.
  void push_run(const SocketIoNamespace& receiver, const Run& run);
  /// One Socket.IO packet; ahead of the events that wait unless another lane is given. A binary one has
  /// `attachments`.
  void push_packet(std::string_view packet, const std::vector<std::string_view>& attachments = {},
                   Priority lane = Priority::critical);
  /// Several packets as one message of its outbox; volatile ones are given up when the client is behind.
  void push_packets(const std::vector<std::string>& packets, bool is_volatile);
  /// A namespace of its as the Admin UI shows it.
  [[nodiscard]] std::string socket_json(const SocketIoNamespace& socket) const;
  /// Tells the client, behind what waits for it, that it is out of the namespace, which ends at the end of
  /// this turn; with `close` it is told for each, and the connection ends.
  void send_away(SocketIoNamespace& from, bool close);
  /// How many packets of the past may be sent now.
  [[nodiscard]] size_t history_room() const { return closing() ? 0 : room(); }
  /// Publishes for `publisher`, which is told when it asked for an acknowledgement.
  void publish(const SocketIoNamespace& publisher, std::vector<EventRef> events, bool has_ack, uint64_t ack);
  /// Asks for `asker` who is in a room of its namespace. False: too many ask.
  [[nodiscard]] bool ask_presence(const SocketIoNamespace& asker, std::string_view room, uint64_t ack);
  /// Told by every namespace; the client hears it once.
  void missed(const SocketIoNamespace& teller, const GapNotice& gap);
  /// Of the log, what shards were handed of it from `from` up to about `to`. Null: it is on its way, and
  /// `catch_up` comes again.
  [[nodiscard]] const HistoryChunk* past(uint64_t from, uint64_t to);
  [[nodiscard]] ShardServices& services() { return services_; }

 private:
  [[nodiscard]] Interest interest_in(const Event& event) const override;

  // EngineIoOwner
  void engine_message(std::string_view text) override;
  void engine_binary(std::string_view bytes) override;
  void engine_send(std::string_view packet) override;
  void engine_close(uint16_t code, std::string_view reason) override;
  [[nodiscard]] bool engine_deaf() const override { return publish_queue_.waiting(); }

  // RecoveringSession; these are in socket_io_recovery.cpp.
  void found(RecoveryRecordRef record) override;
  void superseded() override;
  void leave_namespaces(std::string_view reason);
  void inquire(const std::string& pid, std::string name, std::string auth, IdentityRef identity);
  void hold(bool text, std::string_view message);
  void catch_up();
  void on_recovering(int64_t now_us);

  void connect(const SocketIoPacket& packet);
  void join_namespace(const std::string& name, std::string_view auth, RecoveryRecordRef record,
                      IdentityRef identity);
  [[nodiscard]] Result<IdentityRef> identify(std::string_view auth) const;
  void refuse_connect(const std::string& name, const Error& error);
  void connect_admin(const SocketIoPacket& packet);
  void disconnect(const SocketIoPacket& packet);
  void receive_event(const SocketIoPacket& packet, std::string_view text);
  void deliver(const SocketIoPacket& packet, const std::vector<std::string>& attachments);
  void on_sweep(int64_t now_us);
  void protocol_error(std::string_view reason);
  [[nodiscard]] bool is_known(std::string_view namespace_) const;
  [[nodiscard]] SocketIoNamespace* find(std::string_view namespace_) const;
  [[nodiscard]] std::string frames_of(std::string_view packet,
                                      const std::vector<std::string_view>& attachments) const;
  void send_counted(Priority lane, FrameRef frame, size_t packets, bool is_volatile, bool urgent = false);
  void tell_transport() const;
  void tell_gap(const GapNotice& gap);
  void on_deadline(int64_t now_us);
  void receive_packet(std::string_view text);
  void receive_msgpack(std::string_view bytes);
  void receive_attachment(std::string_view bytes);

  struct AwaitedAck {
    std::string sid;  // of the namespace that asked: it may have been left and joined again
    uint64_t id = 0;
  };
  /// Calls `tell` with the namespace that asked and its acknowledgement's id, if it is still there.
  template <class Tell>
  void settle(uint64_t token, Tell tell);

  /// A packet whose attachments have not all come.
  struct Incomplete {
    std::string text;
    uint32_t due;
    size_t bytes = 0;
    std::vector<std::string> attachments;
  };

  /// A CONNECT whose record may be on another shard, and what came behind it.
  struct Inquiry {
    struct Held {
      bool text;
      std::string message;
    };
    std::string name;
    std::string auth;
    IdentityRef identity;
    int64_t due_us;
    std::vector<Held> held;
    size_t held_bytes = 0;
  };

  std::string query_role_;
  IdentityRef head_identity_;  // of the handshake, for namespaces whose CONNECT brings no token
  Error head_error_;           // why there is none
  std::vector<std::unique_ptr<SocketIoNamespace>> namespaces_;
  std::unordered_map<uint64_t, AwaitedAck> awaited_;  // by token
  uint64_t next_token_ = 1;
  std::unique_ptr<Incomplete> incomplete_;
  std::unique_ptr<Inquiry> inquiry_;
  enum class Parser : uint8_t { unknown, text, msgpack };
  Parser parser_ = Parser::unknown;  // the client's first message tells: nothing is agreed on
  bool ever_connected_ = false;
  bool recoverable_ = true;  // until it breaks the protocol
  bool catching_up_ = false;
  HistoryChunk past_;           // read, and not all of it sent
  bool fetching_past_ = false;  // a chunk is on its way
  bool past_refused_ = false;   // it was not to be had; the timer asks again
  bool polling_ = false;
  uint64_t admin_attempt_ = 0;  // to log in, while the verdict is awaited
  uint64_t admin_attempts_ = 0;
  std::string admin_handshake_;  // JSON; "" unless the Admin UI shows it
  EngineIoLink engine_;
  PublishQueue publish_queue_;
  MemberTimer<SocketIoSession> deadline_{*this, &SocketIoSession::on_deadline};
  MemberTimer<SocketIoSession> sweep_{*this, &SocketIoSession::on_sweep};
  MemberTimer<SocketIoSession> recovering_{*this, &SocketIoSession::on_recovering};
};

}  // namespace relay
