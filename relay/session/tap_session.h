#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "pipeline/tap.h"
#include "session/member_timer.h"
#include "session/session.h"

namespace relay {

/// An event stream of what passes one place of the pipeline: a Tap's records as unnamed events. Besides them
/// `gap` {"skipped","reason"} for what the tap had no room for, `untouched` {"events"} with the number so far
/// (before the records up to then, or after a second), and `end` {"reason"} before the relay ends it. Takes
/// from the tap only what the socket has taken; what waits meanwhile is within the tap's bounds.
class TapSession final : public Session {
 public:
  /// `tap` is left when the last copy of the pointer goes.
  TapSession(std::string id, ShardServices& services, Transport& transport, std::shared_ptr<Tap> tap);

  [[nodiscard]] Status start(const SessionRequest& request) override;
  // Nothing comes from the client of a stream.
  void receive_text(std::string_view) override {}
  void receive_binary(std::string_view) override {}
  void published(uint64_t, const PublishResult&) override {}
  void drained() override { pump(); }
  void drain() override {}
  void closed(std::string_view reason) override;
  [[nodiscard]] SessionInfo info() const override;

 private:
  [[nodiscard]] Interest interest_in(const Event&) const override { return {}; }
  void on_look(int64_t now_us);
  void pump();
  void append_count(std::string& text, uint64_t untouched, int64_t now_us);

  std::shared_ptr<Tap> tap_;
  int64_t wrote_us_ = 0;
  int64_t counted_us_ = 0;
  uint64_t untouched_ = 0;  ///< as told last
  MemberTimer<TapSession> look_{*this, &TapSession::on_look};
};

}  // namespace relay
