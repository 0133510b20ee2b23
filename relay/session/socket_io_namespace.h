#pragma once

#include <cstdint>
#include <memory>
#include <seneca/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity.h"
#include "base/result.h"
#include "codec/socket_io.h"
#include "hub/shard_hub.h"
#include "pipeline/intake.h"
#include "session/client_plugins.h"
#include "session/member_timer.h"
#include "session/recovery.h"
#include "session/session.h"
#include "session/why.h"

namespace relay {

class AdminClient;
class AdminFeed;
class SocketIoSession;

/// One namespace a Socket.IO client has joined: its sid, rooms and subscriptions; what it sends goes to the
/// session plugins that serve the namespace, then to the events the relay itself answers: join, leave,
/// subscribe, unsubscribe, publish. Owned by its session; leaves the hub when destroyed.
class SocketIoNamespace final : public Subscriber, private PluginClient {
 public:
  static constexpr size_t kMaxRooms = 64;
  static constexpr size_t kMaxSubscriptions = 64;

  /// What it is called, the client in it, and what that may come back by ("": it may not).
  struct Identity {
    std::string name;
    std::string sid;
    std::string pid;
  };
  SocketIoNamespace(SocketIoSession& session, Identity identity, std::string_view address);
  ~SocketIoNamespace() override;
  SocketIoNamespace(const SocketIoNamespace&) = delete;
  SocketIoNamespace& operator=(const SocketIoNamespace&) = delete;

  /// Who the client is, before it enters: from then on it gets what is allowed to that, until its end.
  void adopt(IdentityRef who);
  /// Sends the client away if what vouched for it does no longer.
  void check_identity();
  /// "" for nobody.
  [[nodiscard]] static std::string subject_of(const relay::Identity* who);

  /// Joins the default room, the one of `role` ("" is observer) and its own. An error refuses the client.
  [[nodiscard]] Status enter(std::string_view role);
  /// Goes on from what the client had, in its past: `catch_up` brings it what it missed. `record.sent` is
  /// what it has got.
  void restore(const RecoveryRecord& record);
  /// A step of that, as far as there is room; goes live behind the last. True: there is more to come.
  bool catch_up();
  /// What another session needs to go on from here.
  [[nodiscard]] RecoveryRecordRef leave_record() const;
  /// In place of all of that, for one who has logged in to the Admin UI. `session_id` as in AdminVerdict.
  void enter_as_admin(AdminFeed& feed, std::string_view session_id);
  /// Asks the plugins. The error's message is for the client; `data` then is JSON that goes along, or "".
  [[nodiscard]] Status ask_plugins(std::string_view auth, std::string& data);
  /// From here on the Admin UI knows it, if there is one.
  void announce();
  [[nodiscard]] bool announced() const { return announced_; }
  /// The client knows that it has joined: `connection_established {client_id, server_time}`, if configured,
  /// and what plugins say.
  void greet(std::string_view auth);
  /// It is over: what comes in or would go out from here on is nobody's.
  void stop() { ended_ = true; }
  [[nodiscard]] bool ended() const { return ended_; }
  /// The same, and plugins are told why.
  void end(std::string_view reason);

  /// An event or acknowledgement from the client, with the bytes of its attachments.
  void receive(const SocketIoPacket& packet, const std::vector<std::string>& attachments);
  /// An event for this client alone. With recovery its last argument is how far the client has got, as that
  /// takes any text there for a position; but not when an acknowledgement is asked for.
  void push_event(std::string_view name, std::string_view arguments_json,
                  const std::vector<std::string_view>& attachments = {}, uint64_t ack = 0);
  /// What became of its publication.
  void acknowledge(uint64_t id, const PublishResult& result);
  /// Who is in a room it asked for: members of a JSON object.
  void tell_presence(uint64_t id, std::string_view members);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& sid() const { return sid_; }
  [[nodiscard]] const std::string& pid() const { return pid_; }
  void describe_to(SessionInfo& info) const;
  [[nodiscard]] std::vector<std::string> room_names() const;
  [[nodiscard]] Interest interest_in(const Event& event) const;

  // Subscriber
  void deliver(const Run& run) override;
  void missed(uint64_t from, uint64_t to) override;
  void join_room(const std::string& room) override;
  void leave_room(const std::string& room) override;
  void send_away(bool close) override;

 private:
  using Membership = RecoveryRecord::Membership;
  using Subscription = RecoveryRecord::Subscription;

  /// `["name",first,second]` with the acknowledgement asked for.
  struct ClientEvent {
    seneca::JsonView first;
    seneca::JsonView second;
    bool has_ack = false;
    uint64_t ack = 0;
  };
  using Handler = Status (SocketIoNamespace::*)(const ClientEvent&);
  [[nodiscard]] static Handler find_handler(const seneca::JsonView& name);

  void receive_event(const SocketIoPacket& packet, const std::vector<std::string>& attachments);
  [[nodiscard]] AccessRef access() const { return who_ == nullptr ? nullptr : who_->access; }
  void identity_ended(const Error& error);
  void on_identity_end(int64_t now_us);

  // PluginClient, in socket_io_plugin_calls.cpp.
  int32_t emit(seneca_client& asker, std::string_view name, const ClientArgs& args,
               const seneca_emit_options& options) override;
  int32_t reply(uint64_t reply_id, const ClientArgs& args) override;
  int32_t join(std::string_view room) override;
  int32_t leave(std::string_view room) override;
  int32_t subscribe(std::string_view selection) override;
  int32_t unsubscribe(std::string_view selection) override;
  int32_t disconnect(bool close) override;
  [[nodiscard]] Result<bool> offer_to_plugins(const SocketIoPacket& packet,
                                              const std::vector<std::string>& attachments);

  // socket_io_client_events.cpp. Each answers {"ok":true} itself where that is the answer.
  [[nodiscard]] Status answer(const SocketIoPacket& packet);
  /// A pattern, an array of them, or {"match","filter","rooms","as"}.
  [[nodiscard]] Result<Selection> selection_of(const seneca::JsonView& argument) const;
  [[nodiscard]] Status on_join(const ClientEvent& event);
  [[nodiscard]] Status on_leave(const ClientEvent& event);
  [[nodiscard]] Status on_subscribe(const ClientEvent& event);
  [[nodiscard]] Status on_unsubscribe(const ClientEvent& event);
  [[nodiscard]] Status on_publish(const ClientEvent& event);
  [[nodiscard]] Status on_presence(const ClientEvent& event);
  [[nodiscard]] Status on_authenticate(const ClientEvent& event);
  void say_hello();
  void confirm(const ClientEvent& event);
  void send_ack(uint64_t id, std::string_view json);

  // For the Admin UI, in socket_io_admin.cpp.
  void retire(std::string_view reason);
  [[nodiscard]] std::string room_packet(std::string_view event, std::string_view room) const;
  void tell_room(std::string_view event, std::string_view room) const;
  [[nodiscard]] bool may_tell_traffic() const;
  void tell_received(std::string_view args_array) const;
  void tell_traffic(std::string_view event, std::string_view args_array) const;
  /// `arguments`: an array.
  void tell_sent(std::string_view event, std::string_view arguments) const;
  void tell_emissions(const Run& run) const;
  [[nodiscard]] Status obey(const SocketIoPacket& packet);

  [[nodiscard]] Status try_join(const std::string& room);
  [[nodiscard]] Status try_leave(std::string_view room);
  [[nodiscard]] Status add(Selection selection);
  /// Null: all. False when there is none such.
  bool remove(const Selection* selection);

  SocketIoSession& session_;
  const std::string name_;
  const std::string sid_;
  const std::string pid_;
  /// A client that is back, in its past: with a hub of its own, in which it alone is.
  struct CatchUp {
    CatchUp(ShardHub& live, const RecoveryRecord& record);

    ShardHub past;
    const Position got;    // what the client has
    const uint64_t moved;  // what changed its rooms up to here has done so already
    uint64_t reached = 0;  // memberships from here on are still to be entered
  };
  [[nodiscard]] ShardHub& hub() const;
  [[nodiscard]] uint64_t next_offset() const { return hub().delivered() + 1; }
  [[nodiscard]] std::string shown(const std::string& name) const;
  void leave_hub();
  void note_sent(const Run& run);
  [[nodiscard]] const RoutedBatch* find_past(uint64_t next, uint64_t& end);
  void pass_lost(uint64_t to, std::string_view reason);
  [[nodiscard]] bool step();
  void go_live();

  IdentityRef who_;  // null: nobody was asked
  MemberTimer<SocketIoNamespace> identity_end_{*this, &SocketIoNamespace::on_identity_end};
  uint64_t from_;  // the first offset that can have come
  std::vector<Membership> rooms_;
  std::vector<Subscription> subscriptions_;
  std::unique_ptr<CatchUp> catching_up_;    // null: live
  Position sent_;                           // the last packet that was to go; kept with recovery only
  std::unique_ptr<ClientPlugins> plugins_;  // null when none serves the namespace
  bool accepted_ = false;                   // nobody hears of a client that plugins may still refuse
  std::unique_ptr<AdminClient> admin_;      // null: a client like any other
  bool announced_ = false;
  bool ended_ = false;
};

}  // namespace relay
