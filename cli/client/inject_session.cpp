#include "cli/client/inject_session.h"

#include <utility>

#include "cli/client/interrupt.h"
#include "cli/output/ack_format.h"

namespace relay {
namespace {

constexpr int64_t kGoodbyeUs = 500'000;

EventFormatOptions ack_format(const GlobalOptions& global) {
  EventFormatOptions format;
  format.format = global.output;
  return format;
}

}  // namespace

InjectSession::InjectSession(ClientLoop& loop, const GlobalOptions& global, const InjectOptions& options,
                             EventBuilder builder, const Clock& clock)
    : loop_(loop),
      options_(options),
      clock_(clock),
      notices_("senecactl inject", global),
      printer_(ack_format(global)),
      builder_(std::move(builder)),
      connection_(loop, *this, global),
      next_(loop, [this] { pump(); }),
      goodbye_(loop, [this] { loop_.stop(); }) {}

ExitCode InjectSession::run() {
  const Interrupt interrupt(loop_, [this] { finish(ExitCode::interrupted); });
  connection_.connect();
  loop_.run();
  summarise();
  if (!options_.print_acks) return exit_code_;
  const WriteOutcome closed = printer_.finish();
  return closed == WriteOutcome::ok || exit_code_ != ExitCode::ok ? exit_code_
                                                                  : write_failure(closed, notices_.program());
}

void InjectSession::relay_opened(const ServerMessage&) {
  open_ = true;
  started_us_ = clock_.monotonic_us();
  if (options_.rate) schedule_.emplace(*options_.rate, started_us_);
  if (options_.line_fd >= 0)
    lines_ = std::make_unique<LineInput>(loop_, options_.line_fd, [this] { pump(); });
  pump();
}

void InjectSession::pump() {
  if (!open_ || done_) return;
  while (window_.has_room() && !input_ended() && !wait_for_rate()) {
    if (!send_next()) break;
  }
  if (!input_ended() || !unsent_.empty()) return;
  if (!options_.wait || window_.empty()) finish(rejected_ > 0 ? ExitCode::bad_data : exit_code_);
}

bool InjectSession::wait_for_rate() {
  if (!schedule_) return false;
  const int64_t now_us = clock_.monotonic_us();
  if (schedule_->due(now_us) > 0) return false;
  next_.start(schedule_->next_us() - now_us);
  return true;
}

bool InjectSession::send_next() {
  if (unsent_.empty()) {
    const std::optional<std::string> json = next_json();
    if (!json) return false;
    unsent_id_ = connection_.next_id();
    Result<std::string> request = builder_.publish(unsent_id_, *json, lines_ ? lines_->line_number() : 1);
    if (!request) {
      notices_.error(request.error().subject + ": " + request.error().message);
      input_failed_ = true;
      exit_code_ = ExitCode::bad_data;
      return false;
    }
    unsent_ = *std::move(request);
  }
  if (!connection_.send(unsent_)) return false;  // relay_drained continues
  unsent_.clear();
  window_.sent(unsent_id_, clock_.monotonic_us());
  ++sent_;
  if (schedule_) schedule_->sent(1);
  return true;
}

std::optional<std::string> InjectSession::next_json() {
  if (!lines_) return options_.json;
  std::optional<std::string> line = lines_->next();
  if (lines_->line_too_long()) {
    notices_.error("line " + std::to_string(lines_->line_number() + 1) + " is longer than 16 MiB");
    input_failed_ = true;
    exit_code_ = ExitCode::bad_data;
    return std::nullopt;
  }
  return line;
}

bool InjectSession::input_ended() const {
  if (input_failed_) return true;
  if (!unsent_.empty()) return false;
  if (options_.count && sent_ >= *options_.count) return true;
  return lines_ ? lines_->at_end() : sent_ >= options_.count.value_or(1);
}

void InjectSession::relay_message(const ServerMessage& message) {
  if (done_) return;
  const bool answer = message.op == ServerMessage::Op::reply || message.op == ServerMessage::Op::error;
  if (answer) answered(message);
  pump();
}

void InjectSession::answered(const ServerMessage& message) {
  const int64_t latency_us = window_.answered(message.id, clock_.monotonic_us());
  if (message.op == ServerMessage::Op::error) return reject(message.message + " [" + message.code + "]");
  if (latency_us < 0) return;
  if (!message.ok || message.rejected > 0) return reject(message.reason);
  if (options_.print_acks) print_ack(message, latency_us);
}

void InjectSession::print_ack(const ServerMessage& reply, int64_t latency_us) {
  const Ack ack{reply.first_offset, reply.last_offset, latency_us};
  const WriteOutcome outcome = printer_.line(format_ack(ack, printer_.options().format));
  if (outcome != WriteOutcome::ok) finish(write_failure(outcome, notices_.program()));
}

void InjectSession::reject(const std::string& reason) {
  if (rejected_++ == 0) first_rejection_ = reason;
}

void InjectSession::relay_ended(const Error& error) {
  if (done_) return loop_.stop();
  open_ = false;
  const std::string lost =
      std::to_string(window_.size()) + " of " + std::to_string(sent_) + " events unanswered";
  notices_.error(error.message + (sent_ == 0 ? "" : "; " + lost));
  finish(error.code == "denied" ? ExitCode::denied : ExitCode::unreachable);
}

void InjectSession::summarise() {
  if (rejected_ > 0)
    notices_.error(std::to_string(rejected_) + " of " + std::to_string(sent_) +
                   (sent_ == 1 ? " event" : " events") + " rejected: " + first_rejection_);
  const std::string text = format_ack_summary(window_.latencies_us(), clock_.monotonic_us() - started_us_);
  if (sent_ > 0 && options_.print_acks && options_.count)
    notices_.notice(text);
  else if (sent_ > 0)
    notices_.detail(text);
}

void InjectSession::finish(ExitCode exit_code) {
  if (std::exchange(done_, true)) return;
  exit_code_ = exit_code;
  if (!open_) return loop_.stop();
  goodbye_.start(kGoodbyeUs);
  connection_.close();
}

}  // namespace relay
