#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/client/backoff.h"
#include "cli/client/relay_connection.h"
#include "cli/client/subscription.h"
#include "cli/output/event_printer.h"
#include "cli/output/rate_counter.h"
#include "net/client/client_loop.h"

namespace relay {

struct TailOptions {
  TailSelection selection;
  std::optional<uint64_t> count;  ///< end after so many events
  double wait_s = 0;              ///< 0: for ever
  bool rate = false;
  bool reconnect = true;
  std::vector<std::string> fields;
};

/// One run of `senecactl tail`: subscribes, prints, and after a lost connection continues where it was, so
/// that no event is printed twice and none is missing without a word on stderr. Lives on the command's stack.
class TailSession final : public RelayHandler {
 public:
  TailSession(ClientLoop& loop, const GlobalOptions& global, const TailOptions& options,
              Subscription subscription, const Clock& clock);

  /// Runs until done or interrupted.
  [[nodiscard]] ExitCode run();

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
  void report_rates();
  void check(WriteOutcome outcome);
  void finish(ExitCode exit_code);

  ClientLoop& loop_;
  const TailOptions& options_;
  const Subscription subscription_;
  const Clock& clock_;
  const Notices notices_;
  EventPrinter printer_;
  RateCounter rates_;
  RelayConnection connection_;
  Backoff backoff_;
  ClientTimer retry_;
  ClientTimer wait_;
  ClientTimer tick_;
  std::string epoch_;                  ///< of the log the relay has now
  std::optional<ResumePoint> resume_;  ///< everything up to here was shown or reported missing
  uint64_t subscribe_id_ = 0;
  uint64_t shown_ = 0;
  bool was_connected_ = false;
  TailStart start_ = TailStart::selected;  ///< for want of a resume_
  bool done_ = false;
  ExitCode exit_code_ = ExitCode::ok;
};

}  // namespace relay
