#include "cli/client/tail_run.h"

#include <array>
#include <cstdio>
#include <utility>

#include "cli/client/interrupt.h"

namespace relay {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

std::string seconds(int64_t pause_us) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(pause_us) / 1e6);
  return text.data();
}

EventFormatOptions format_options(const GlobalOptions& global, const TailOptions& options) {
  EventFormatOptions format;
  format.format = global.output;
  format.color = use_color(global.color);
  format.columns = terminal_columns();
  format.fields = options.fields;
  return format;
}

}  // namespace

TailRun::TailRun(ClientLoop& loop, const GlobalOptions& global, const TailOptions& options,
                 const Clock& clock, std::function<void()> connect)
    : loop_(loop),
      options_(options),
      clock_(clock),
      connect_(std::move(connect)),
      notices_("senecactl tail", global),
      printer_(format_options(global, options)),
      backoff_(static_cast<uint64_t>(clock.monotonic_us())),
      retry_(loop, [this] { connect_(); }),
      wait_(loop, [this] { finish(ExitCode::wait_timed_out); }),
      tick_(loop, [this] { report_rates(); }) {}

ExitCode TailRun::run() {
  const Interrupt interrupt(loop_, [this] { finish(ExitCode::interrupted); });
  if (options_.wait_s > 0) wait_.start(static_cast<int64_t>(options_.wait_s * 1e6));
  if (options_.rate) tick_.start(kSecondUs);
  connect_();
  loop_.run();
  if (exit_code_ == ExitCode::wait_timed_out)
    notices_.notice("--wait ran out after " + std::to_string(shown_) + " of " +
                    std::to_string(options_.count.value_or(1)) + " events");
  const WriteOutcome closed = printer_.finish();
  return closed == WriteOutcome::ok || exit_code_ != ExitCode::ok ? exit_code_
                                                                  : write_failure(closed, notices_.program());
}

bool TailRun::connected() {
  backoff_.reset();
  return std::exchange(was_connected_, true);
}

void TailRun::lost(const Error& error, bool hopeless, ExitCode exit_code) {
  if (hopeless || (was_connected_ ? !options_.reconnect : options_.wait_s <= 0)) {
    notices_.error(error.message);
    return finish(exit_code);
  }
  const int64_t pause_us = backoff_.next_us();
  notices_.notice(error.message + "; next attempt in " + seconds(pause_us));
  retry_.start(pause_us);
}

void TailRun::show(std::string_view event, const std::string& type) {
  count_shown(type, [&] { return printer_.event(event); });
}

void TailRun::show_as(const std::string& text, const std::string& type) {
  count_shown(type, [&] { return printer_.line(text); });
}

void TailRun::count_shown(const std::string& type, const std::function<WriteOutcome()>& print) {
  ++shown_;
  if (options_.rate)
    rates_.add(type);
  else
    check(print());
  if (options_.count && shown_ >= *options_.count) finish(ExitCode::ok);
}

void TailRun::report_rates() {
  for (const std::string& line : rates_.report(printer_.options().format, clock_.wall_us()))
    check(printer_.line(line));
  tick_.start(kSecondUs);
}

void TailRun::check(WriteOutcome outcome) {
  if (outcome != WriteOutcome::ok && !done_) finish(write_failure(outcome, notices_.program()));
}

void TailRun::finish(ExitCode exit_code) {
  if (std::exchange(done_, true)) return;
  exit_code_ = exit_code;
  if (options_.rate) report_rates();
  loop_.stop();
}

}  // namespace relay
