#pragma once

#include <cstdint>
#include <memory>
#include <seneca/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/socket_io.h"
#include "hub/shard_hub.h"
#include "pipeline/intake.h"
#include "session/client_plugins.h"
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

  SocketIoNamespace(SocketIoSession& session, std::string name, std::string sid, std::string_view address);
  ~SocketIoNamespace() override;
  SocketIoNamespace(const SocketIoNamespace&) = delete;
  SocketIoNamespace& operator=(const SocketIoNamespace&) = delete;

  /// Joins the default room, the one of `role` ("" is observer) and its own. An error refuses the client.
  [[nodiscard]] Status enter(std::string_view role);
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
  /// What became of its publication.
  void acknowledge(uint64_t id, const PublishResult& result);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& sid() const { return sid_; }
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
  struct Membership {
    std::string room;
    uint64_t from;  // the first offset it can have brought
  };
  struct Subscription {
    std::shared_ptr<const Selection> selection;
    uint64_t from;
  };
  [[nodiscard]] uint64_t next_offset() const;
  [[nodiscard]] std::string shown(const std::string& name) const;

  uint64_t from_ = 0;  // the first offset that can have come
  std::vector<Membership> rooms_;
  std::vector<Subscription> subscriptions_;
  ClientPlugins plugins_;
  std::unique_ptr<AdminClient> admin_;  // null: a client like any other
  bool announced_ = false;
  bool ended_ = false;
};

}  // namespace relay
