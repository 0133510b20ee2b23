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
#include "session/session.h"
#include "session/why.h"

namespace relay {

class SocketIoSession;

/// One namespace a Socket.IO client has joined: its sid, rooms and subscriptions, and the events the relay
/// itself answers: join, leave, subscribe, unsubscribe, publish. Owned by its session; leaves the hub when
/// destroyed.
class SocketIoNamespace final : public Subscriber {
 public:
  static constexpr size_t kMaxRooms = 64;
  static constexpr size_t kMaxSubscriptions = 64;

  SocketIoNamespace(SocketIoSession& session, std::string name, std::string sid);
  ~SocketIoNamespace() override;
  SocketIoNamespace(const SocketIoNamespace&) = delete;
  SocketIoNamespace& operator=(const SocketIoNamespace&) = delete;

  /// Joins the default room, the one of `role` ("" is observer) and its own. An error refuses the client.
  [[nodiscard]] Status enter(std::string_view role);
  /// `connection_established {client_id, server_time}`
  void greet();

  /// An event from the client.
  void receive(const SocketIoPacket& packet);
  void acknowledge(uint64_t id, const PublishResult& result);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& sid() const { return sid_; }
  void describe_to(SessionInfo& info) const;
  [[nodiscard]] Interest interest_in(const Event& event) const;

  // Subscriber
  void deliver(const Run& run) override;
  void missed(uint64_t from, uint64_t to) override;
  void join_room(const std::string& room) override;
  void leave_room(const std::string& room) override;
  /// Destroys this.
  void disconnect(bool close) override;

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

  // socket_io_client_events.cpp. Each answers {"ok":true} itself where that is the answer.
  [[nodiscard]] Status on_join(const ClientEvent& event);
  [[nodiscard]] Status on_leave(const ClientEvent& event);
  [[nodiscard]] Status on_subscribe(const ClientEvent& event);
  [[nodiscard]] Status on_unsubscribe(const ClientEvent& event);
  [[nodiscard]] Status on_publish(const ClientEvent& event);
  void confirm(const ClientEvent& event);
  void send_ack(uint64_t id, std::string_view json);

  [[nodiscard]] Status join(const std::string& room);
  [[nodiscard]] Status leave(std::string_view room);

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
};

}  // namespace relay
