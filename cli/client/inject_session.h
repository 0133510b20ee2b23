#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "cli/client/event_builder.h"
#include "cli/client/line_input.h"
#include "cli/client/publish_window.h"
#include "cli/client/rate_schedule.h"
#include "cli/client/relay_connection.h"
#include "cli/output/event_printer.h"
#include "net/client/client_loop.h"

namespace relay {

struct InjectOptions {
  std::string json;               ///< sent `count` times, when there is no line_fd
  int line_fd = -1;               ///< each line is one JSON text
  std::optional<uint64_t> count;  ///< at most so many events
  std::optional<double> rate;     ///< events per second; as fast as answers come when not given
  bool print_acks = false;        ///< --wait-ack
  bool wait = true;               ///< for the answers to everything
};

/// One run of `senecactl inject`: publishes and sees to it that every event was answered for. Lives on the
/// command's stack.
class InjectSession final : public RelayHandler {
 public:
  InjectSession(ClientLoop& loop, const GlobalOptions& global, const InjectOptions& options,
                EventBuilder builder, const Clock& clock);

  /// Runs until everything is sent and answered, something fails, or interrupted.
  [[nodiscard]] ExitCode run();

 private:
  void relay_opened(const ServerMessage& hello) override;
  void relay_message(const ServerMessage& message) override;
  void relay_drained() override { pump(); }
  void relay_ended(const Error& error) override;

  void pump();
  bool wait_for_rate();
  bool send_next();
  [[nodiscard]] std::optional<std::string> next_json();
  [[nodiscard]] bool input_ended() const;
  void answered(const ServerMessage& message);
  void print_ack(const ServerMessage& reply, int64_t latency_us);
  void reject(const std::string& reason);
  void summarise();
  void finish(ExitCode exit_code);

  ClientLoop& loop_;
  const InjectOptions& options_;
  const Clock& clock_;
  const Notices notices_;
  EventPrinter printer_;
  EventBuilder builder_;
  PublishWindow window_;
  RelayConnection connection_;
  ClientTimer next_;
  ClientTimer goodbye_;
  std::unique_ptr<LineInput> lines_;
  std::optional<RateSchedule> schedule_;
  std::string unsent_;  ///< a request the connection had no room for
  uint64_t unsent_id_ = 0;
  uint64_t sent_ = 0;
  uint64_t rejected_ = 0;
  std::string first_rejection_;
  int64_t started_us_ = 0;
  bool open_ = false;
  bool input_failed_ = false;  ///< nothing more is read; what was sent is still waited for
  bool done_ = false;
  ExitCode exit_code_ = ExitCode::ok;
};

}  // namespace relay
