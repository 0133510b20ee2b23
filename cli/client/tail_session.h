#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "cli/client/relay_connection.h"
#include "cli/client/subscription.h"
#include "cli/client/tail_run.h"
#include "net/client/client_loop.h"

namespace relay {

/// One run of `senecactl tail`: subscribes, prints, and after a lost connection continues where it was, so
/// that no event is printed twice and none is missing without a word on stderr. Lives on the command's stack.
class TailSession final : public RelayHandler {
 public:
  TailSession(ClientLoop& loop, const GlobalOptions& global, const TailOptions& options,
              Subscription subscription, const Clock& clock);

  /// Runs until done or interrupted.
  [[nodiscard]] ExitCode run() { return run_.run(); }

 private:
  void relay_opened(const ServerMessage& hello) override;
  void relay_message(const ServerMessage& message) override;
  void relay_ended(const Error& error) override;

  void subscribe();
  void subscribed(const ServerMessage& reply);
  void refused(const ServerMessage& error);
  bool resume_elsewhere(const std::string& code);
  void show(const ServerMessage& message);
  void note_gap(const ServerMessage& gap);

  const TailOptions& options_;
  const Subscription subscription_;
  RelayConnection connection_;
  TailRun run_;
  std::string epoch_;                  ///< of the log the relay has now
  std::optional<ResumePoint> resume_;  ///< everything up to here was shown or reported missing
  uint64_t subscribe_id_ = 0;
  TailStart start_ = TailStart::selected;  ///< for want of a resume_
};

}  // namespace relay
