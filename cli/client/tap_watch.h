#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "cli/client/subscription.h"
#include "cli/client/tail_run.h"
#include "net/client/client_loop.h"
#include "net/client/event_stream.h"

namespace relay {

/// One run of `senecactl tail --stage` or `--diff`: prints what passes a place of the relay's pipeline. What
/// passes while it is not connected, or too fast, is missing, which is said on stderr. Lives on the command's
/// stack.
class TapWatch final : public EventStreamHandler {
 public:
  TapWatch(ClientLoop& loop, const GlobalOptions& global, const TailOptions& options,
           Subscription subscription, const Clock& clock);

  /// Runs until done or interrupted.
  [[nodiscard]] ExitCode run();

 private:
  void stream_opened() override;
  void stream_event(std::string_view name, std::string_view data) override;
  void stream_ended(const Error& error) override;

  void show(std::string_view json);

  const TailOptions& options_;
  const Subscription subscription_;
  EventStream stream_;
  TailRun run_;
  uint64_t untouched_ = 0;      ///< of connections that are over
  uint64_t untouched_now_ = 0;  ///< of this one
};

}  // namespace relay
