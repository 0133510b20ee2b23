#pragma once

#include <string_view>

#include "session/stream_session.h"

namespace relay {

/// A stream of server-sent events. The URL says what comes; Last-Event-ID ("EPOCH:OFFSET") goes on where a
/// broken connection ended; an event `gap` says what is missing there, or that the log is another one;
/// `end` {"code","message"} that it is over, as the client's token is good no longer.
class SseSession final : public StreamSession {
 public:
  SseSession(std::string id, ShardServices& services, Transport& transport);

  [[nodiscard]] Status start(const SessionRequest& request) override;
  // Nothing comes from the client of a stream.
  void receive_text(std::string_view) override {}
  void receive_binary(std::string_view) override {}
  void published(uint64_t, const PublishResult&) override {}
  // Readers connect again by themselves.
  void drain() override {}
  [[nodiscard]] SessionInfo info() const override;

 private:
  [[nodiscard]] Status resume(const SessionRequest& request, GapNotice& gap);
  void send_gap(const GapNotice& gap) override;
  void beat() override;
  void identity_ended(const Error& error) override;
};

}  // namespace relay
