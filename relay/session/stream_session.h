#pragma once

#include <string_view>
#include <utility>

#include "session/event_feed.h"
#include "session/frame_cache.h"
#include "session/member_timer.h"
#include "session/session.h"

namespace relay {

/// What plain WebSocket sessions and event streams have in common: subscriptions with a past, one output
/// format, gap notices, a heartbeat.
class StreamSession : public Session, protected FeedSink {
 public:
  void drained() override;
  void fetched(HistoryChunk&& chunk) override { feed_.fetched(std::move(chunk)); }
  void closed(std::string_view reason) override;
  void reconfigured() override { start_heartbeat(); }

 protected:
  StreamSession(std::string id, ShardServices& services, Transport& transport);

  /// Subscribes as the URL says: match (types, comma-separated; default "**", "none" for nothing), filter,
  /// room, since, last.
  [[nodiscard]] Status subscribe_from(const SessionRequest& request);
  /// With the position already known, since and last are not looked at.
  [[nodiscard]] Status subscribe_from(const SessionRequest& request, const StartPosition& start);
  /// `shape` is "cloudevents", "seed", "compact", or "" for unchanged. Error `bad_format`.
  [[nodiscard]] Status choose_format(StreamFraming framing, std::string_view shape);
  [[nodiscard]] StreamFormat format() const { return format_; }
  /// Who makes the frames of framing `codec`.
  void use_codec(SessionPlugin* codec) { format_.codec = codec; }

  /// Calls `beat` every performance.heartbeat_interval.
  void start_heartbeat();
  virtual void beat() = 0;

  [[nodiscard]] Interest interest_in(const Event& event) const override { return feed_.interest_in(event); }
  void send_event(const EventRef& event) override;
  void send_run(const Run& run) override;
  [[nodiscard]] size_t history_room() const override { return room(); }

  EventFeed feed_;

 private:
  void on_heartbeat(int64_t now_us);

  StreamFormat format_;
  MemberTimer<StreamSession> heartbeat_{*this, &StreamSession::on_heartbeat};
};

}  // namespace relay
