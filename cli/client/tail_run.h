#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cli/client/backoff.h"
#include "cli/client/subscription.h"
#include "cli/output/event_printer.h"
#include "cli/output/rate_counter.h"
#include "net/client/client_loop.h"

namespace relay {

struct TailOptions {
  TailSelection selection;
  std::string stage;              ///< "": the log; else a place of the pipeline
  std::string diff;               ///< "": none; else a plugin
  std::optional<uint64_t> count;  ///< end after so many events
  double wait_s = 0;              ///< 0: for ever
  bool rate = false;
  bool reconnect = true;
  std::vector<std::string> fields;
};

/// What all that `senecactl tail` follows has in common: showing events or their rates, when to try again,
/// and when to end. Lives on the command's stack.
class TailRun {
 public:
  /// `connect` is called at the start, and some time after each `lost`.
  TailRun(ClientLoop& loop, const GlobalOptions& global, const TailOptions& options, const Clock& clock,
          std::function<void()> connect);

  /// Runs until done or interrupted.
  [[nodiscard]] ExitCode run();
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const Notices& notices() const { return notices_; }
  [[nodiscard]] const EventFormatOptions& format() const { return printer_.options(); }
  [[nodiscard]] uint64_t shown() const { return shown_; }
  [[nodiscard]] bool was_connected() const { return was_connected_; }

  /// There is a connection. True when there was one before.
  [[nodiscard]] bool connected();
  /// There is none any more, or yet. With `hopeless`, or as the options say, that is the end, with
  /// `exit_code`.
  void lost(const Error& error, bool hopeless, ExitCode exit_code);
  /// Prints an event, or counts it for the rates of its type; the last one wanted is the end.
  void show(std::string_view event, const std::string& type);
  /// The same with a text of its own for the event.
  void show_as(const std::string& text, const std::string& type);
  void finish(ExitCode exit_code);

 private:
  void count_shown(const std::string& type, const std::function<WriteOutcome()>& print);
  void report_rates();
  void check(WriteOutcome outcome);

  ClientLoop& loop_;
  const TailOptions& options_;
  const Clock& clock_;
  const std::function<void()> connect_;
  const Notices notices_;
  EventPrinter printer_;
  RateCounter rates_;
  Backoff backoff_;
  ClientTimer retry_;
  ClientTimer wait_;
  ClientTimer tick_;
  uint64_t shown_ = 0;
  bool was_connected_ = false;
  bool done_ = false;
  ExitCode exit_code_ = ExitCode::ok;
};

}  // namespace relay
