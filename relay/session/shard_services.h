#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/timer_wheel.h"
#include "config/config.h"
#include "event/event.h"
#include "hub/shard_hub.h"
#include "log/log.h"
#include "pipeline/presence.h"
#include "plugin/session_plugin.h"
#include "session/drop_ledger.h"

namespace relay {

class AdminFeed;
class Authenticator;
class History;
class FrameCache;
class Recovery;

/// How sessions bring events in. Implemented by the shard over the intake. [shard]
class Publisher {
 public:
  virtual ~Publisher() = default;
  /// False when the intake is full: `events` is untouched; the session pauses reading, keeps them and tries
  /// again on a timer of its own, so nothing a client sent is lost and its socket pushes back. With token !=
  /// 0 the session's `published(token, …)` is called later, in the order of submission.
  /// What was published under the same `key` ("": none) lately is not published again, but answered as
  /// then.
  [[nodiscard]] virtual bool submit(std::vector<EventRef>& events, std::string_view session_id,
                                    uint64_t token, std::string_view key) = 0;
  /// Why that is, a stable code, when it is not for want of room; else "".
  [[nodiscard]] virtual std::string refusal() const = 0;
  /// A client has joined or left a room that is watched. Never refused: what the intake cannot take yet
  /// goes before everything that is submitted later.
  virtual void presence_changed(PresenceChange change) = 0;
  /// Asks who is in a room: the session's `answered(token, …)` is called later. With token 0 it is a
  /// request that asks, and gets a response. False: too many ask, or the intake is full.
  [[nodiscard]] virtual bool ask_presence(std::string_view namespace_, std::string_view room,
                                          std::string_view session_id, uint64_t token) = 0;
};

/// What a shard counts; written by the shard only, read by anybody through ShardStats.
struct ShardCounters {
  uint64_t events_delivered = 0;                        ///< events put into outboxes
  std::array<uint64_t, kDropReasons> events_dropped{};  ///< from outboxes, by DropReason
  uint64_t messages_received = 0;                       ///< from clients
  uint64_t messages_refused = 0;                        ///< malformed or not allowed
  uint64_t events_published = 0;                        ///< by clients of this shard
  uint64_t recovered = 0;                               ///< Socket.IO sessions that went on
  uint64_t not_recovered = 0;                           ///< those that began anew although asked to go on
  uint64_t recovery_forgotten = 0;                      ///< records that gave way to newer ones
};

/// What every session of a shard shares. Owned by the shard; everything here is used on the shard's thread
/// only, but the logs, `clock` and `logger`, which are safe anywhere.
struct ShardServices {
  ShardHub& hub;
  FrameCache& frames;
  Publisher& publisher;
  History& history;
  TimerWheel& timers;
  ShardCounters& counters;
  DropLedger& drops;
  const Log& log;
  const Log& dead_letters;  ///< what plugins failed on
  const Clock& clock;
  Logger& logger;
  ConfigRef config;                  ///< replaced on reload
  SessionPlugins session_plugins{};  ///< for clients that come; replaced on reload
  Recovery* recovery = nullptr;      ///< null: clients that lost their connection begin anew
  AdminFeed* admin = nullptr;        ///< null: the Admin UI is not enabled
  std::shared_ptr<const Authenticator> authenticator{};  ///< null: nobody is asked; replaced on reload
};

}  // namespace relay
