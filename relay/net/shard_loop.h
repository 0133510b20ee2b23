#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/shard.h"
#include "session/admin_feed.h"
#include "session/history.h"

namespace relay {

/// The shard's thread from inside: its libwebsockets context on a libuv loop, its listeners and connections.
/// Everything but `wake` is called on that thread.
class ShardLoop {
 public:
  class Owner : public AdminPort {
   public:
    /// Something is in the mailboxes.
    virtual void on_wake() = 0;
    /// All that has come was read; the loop will write and then wait, at most 10 ms.
    virtual void before_sleep() = 0;
    [[nodiscard]] virtual bool submit(std::vector<EventRef>& events, std::string_view connection_id,
                                      uint64_t token, std::string_view key) = 0;
    virtual void presence_changed(PresenceChange change) = 0;
    [[nodiscard]] virtual bool ask_presence(std::string_view namespace_, std::string_view room,
                                            std::string_view connection_id, uint64_t token) = 0;
    // What belongs to another shard. False: its mailbox is full.
    [[nodiscard]] virtual bool pass_on(size_t shard, PollRequest request) = 0;
    virtual void pass_on_cancel(size_t shard, std::string sid, const ReplyTo& reply_to) = 0;
    virtual void pass_on_answer(const ReplyTo& reply_to, HttpResponse response) = 0;
    [[nodiscard]] virtual bool pass_on_socket(size_t shard, const AcceptedSocketRef& socket) = 0;
    [[nodiscard]] virtual bool ask_for_record(size_t shard, RecoveryQuestion question) = 0;
    [[nodiscard]] virtual bool fetch(uint64_t from, uint64_t to, size_t limit,
                                     std::string_view session_id) = 0;
    [[nodiscard]] virtual bool fetch_routed(uint64_t from, uint64_t to, size_t limit,
                                            std::string_view session_id) = 0;
    [[nodiscard]] virtual bool answer_from(const Log& log, std::string_view connection_id,
                                           std::function<HttpResponse(LogReader&)> job) = 0;
    virtual void answer_with_record(size_t shard, uint64_t ticket, RecoveryRecordRef record) = 0;
  };

  ShardLoop(const Shard::Surroundings& surroundings, Owner& owner);
  ~ShardLoop();

  /// Makes the context and takes over the listening descriptors. Error: `net_start`.
  [[nodiscard]] Status open(const std::vector<int>& listeners);
  /// Serves until `stop`, or until a drain has ended; then closes everything.
  void run();
  /// [any-thread]
  void wake();

  [[nodiscard]] ShardHub& hub();
  /// Hands a batch to this shard's sessions, and writes before their outboxes could fill up.
  void dispatch(const RoutedBatchRef& batch);
  /// False while a flush is under way and enough has been dispatched for the next one.
  [[nodiscard]] bool may_dispatch() const;
  void published(const std::string& connection_id, uint64_t token, const PublishResult& result);
  void answered(const std::string& connection_id, uint64_t token, std::string_view members);
  void fetched(const std::string& session, HistoryChunk chunk);
  void answer(const std::string& connection_id, HttpResponse response);
  void poll(const PollRequest& request);
  void cancel_poll(const std::string& sid, const ReplyTo& reply_to);
  void adopt(AcceptedSocket& socket);
  void ask_for_record(const RecoveryQuestion& question);
  void answer_with_record(uint64_t ticket, RecoveryRecordRef record);
  void admin_verdict(const std::string& session, uint64_t attempt, const AdminVerdict& verdict);
  void tell_admins(const AdminNews& news);
  /// The Socket.IO sockets of this shard for an admin: JSON objects with commas between them, this shard's
  /// share of half an outbox.
  [[nodiscard]] std::string admin_sockets() const;
  [[nodiscard]] ShardReport report(const ShardQuestion& question) const;
  void reconfigure(const ConfigRef& config, SessionPlugins session_plugins, AuthenticatorRef authenticator);
  void replace_plugin(const std::shared_ptr<SessionPlugin>& plugin);
  void announce_drain();
  void drain(int64_t timeout_us);
  void stop();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace relay
