#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "codec/http_response.h"
#include "config/config.h"
#include "hub/hub.h"
#include "hub/shard_hub.h"
#include "log/log.h"
#include "net/accepted_socket.h"
#include "net/admin.h"
#include "net/polling/poll_request.h"
#include "pipeline/intake.h"
#include "plugin/plugin_report.h"
#include "session/admin_access.h"
#include "session/admin_news.h"
#include "session/recovery.h"
#include "session/session.h"

namespace relay {

class Pipeline;
class TlsContext;

/// What a shard knows about itself at one moment.
struct ShardReport {
  int shard = 0;
  size_t connections = 0;
  size_t socketio = 0, websocket = 0, sse = 0;  ///< sessions, by protocol
  size_t polling = 0;                           ///< of socketio: those that come by long polling
  uint64_t accepted = 0;                        ///< connections since start
  uint64_t refused = 0;                         ///< connections turned away: limit reached, or no descriptor
  uint64_t bytes_sent = 0, writes = 0;
  uint64_t blocked_writes = 0;  ///< writes that a socket did not take whole
  uint64_t acks_lost = 0;
  size_t filter_classes = 0;
  size_t recovery_records = 0;  ///< of Socket.IO clients that may come back
  size_t frame_bytes = 0;       ///< of frames that wait for clients, shared ones counted once
  int64_t flush_pause_us = 0;   ///< how long events gather now before they are written
  ShardCounters counters;
  std::vector<PluginReport> session_plugins;  ///< those newcomers get
  AdminTraffic admin_traffic;                 ///< zero while the Admin UI is not enabled
  // Only when asked for:
  std::vector<SessionInfo> sessions;
  std::vector<ShardHub::RoomInfo> rooms;
  std::vector<ShardHub::RoomInfo> namespaces;
  Explanation why;
};

/// What to put into a ShardReport besides the counters.
struct ShardQuestion {
  bool sessions = false;
  bool rooms = false;
  std::string why_client;  ///< "" when not asked
  uint64_t why_offset = 0;
  bool namespaces = false;
};

/// One net shard: a thread with its own libwebsockets context, event loop and listeners, its own sessions and
/// rooms. Shards share nothing; everything that reaches one from outside goes through its mailbox.
class Shard final : public ShardPort {
 public:
  struct Surroundings {
    int number = 0;
    Intake& intake;
    const Log& log;
    const Log& dead_letters;
    const Clock& clock;
    Logger& logger;
    Admin& admin;
    size_t max_connections = 0;
    size_t shards = 1;  ///< how many share performance.memory_limit
    ConfigRef config;
    SessionPlugins session_plugins{};  ///< this shard's own
    /// All shards by number, this one included; not asked before `start`. Null when there is one.
    const std::vector<std::unique_ptr<Shard>>* all = nullptr;
    AdminAccess* access = nullptr;     ///< of the Admin UI; null when it is not enabled
    AuthenticatorRef authenticator{};  ///< null: nobody is asked
    const TlsContext* tls = nullptr;   ///< null: connections are not encrypted
    /// [any-thread] Pipeline::post, once there is a pipeline.
    std::function<bool(std::function<void(Pipeline&)>)> ask_pipeline{};
  };

  explicit Shard(const Surroundings& surroundings);
  ~Shard() override;

  /// [control] Takes over the listeners' descriptors and starts the thread. Error: `net_start`.
  [[nodiscard]] Status start(std::vector<int> listeners);

  // ShardPort
  [[nodiscard]] bool deliver(const RoutedBatchRef& batch) override;
  void missed(uint64_t from, uint64_t to) override;
  [[nodiscard]] bool wants_views() const override;

  /// [any-thread] Answers a request that waits on one of this shard's connections; nothing happens when it is
  /// gone.
  void respond(std::string connection_id, HttpResponse response);
  /// [any-thread] A request for a session of this shard, which another shard has read. False: no room.
  [[nodiscard]] bool poll(PollRequest request);
  /// [any-thread] That request's connection is gone.
  void cancel_poll(std::string sid, ReplyTo reply_to);
  /// [any-thread] Takes over a connected socket whose first bytes are for a session of this shard.
  [[nodiscard]] bool adopt(AcceptedSocketRef socket);
  /// [any-thread] Another shard's client has come back to it: has this one its record? False: no room.
  [[nodiscard]] bool ask_for_record(RecoveryQuestion question);
  /// [any-thread] The answer to this shard's question; null: no.
  void answer_with_record(uint64_t ticket, RecoveryRecordRef record);
  /// [any-thread] News for this shard's admins.
  void tell_admins(AdminNewsRef news);
  /// [any-thread] Has this shard tell its sockets to the admin of `session`, which is on the shard `asker`.
  void collect_sockets(size_t asker, std::string session);
  /// [control] Asks for a report; `done` is called on the shard's thread.
  void report(ShardQuestion question, std::function<void(ShardReport)> done);
  /// [control] A new configuration for new and living sessions, and session plugins for new ones. Those for
  /// whom `authenticator` does not vouch are sent away.
  void reconfigure(ConfigRef config, SessionPlugins session_plugins, AuthenticatorRef authenticator);
  /// [control] Newcomers get this plugin instead of the one of its name; clients stay with the one they have.
  void replace_plugin(std::shared_ptr<SessionPlugin> plugin);
  /// [control] From now on readiness is 503, new sessions are refused and HTTP connections end with their
  /// answer; `drain` follows once all that was taken in has reached the shards.
  void announce_drain();
  /// [control] Stops listening, says goodbye to every client and closes within `timeout_us`; then the thread
  /// ends.
  void drain(int64_t timeout_us);
  /// [control] Ends the thread now.
  void stop();
  void join();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace relay
