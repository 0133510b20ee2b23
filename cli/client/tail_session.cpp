#include "cli/client/tail_session.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "cli/client/interrupt.h"
#include "cli/client/json_members.h"

namespace relay {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

EventFormatOptions format_options(const GlobalOptions& global, const TailOptions& options) {
  EventFormatOptions format;
  format.format = global.output;
  format.color = use_color(global.color);
  format.columns = terminal_columns();
  format.fields = options.fields;
  return format;
}

std::string type_of(std::string_view event) {
  std::string type;
  for_each_member(event, [&type](std::string_view key, std::string_view value) {
    if (key == "type" && value.size() > 1) type = value.substr(1, value.size() - 2);
  });
  return type;
}

std::string seconds(int64_t pause_us) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(pause_us) / 1e6);
  return text.data();
}

std::string range(uint64_t from, uint64_t to) {
  return from == to ? "offset " + std::to_string(from)
                    : "offsets " + std::to_string(from) + "–" + std::to_string(to);
}

}  // namespace

TailSession::TailSession(ClientLoop& loop, const GlobalOptions& global, const TailOptions& options,
                         Subscription subscription, const Clock& clock)
    : loop_(loop),
      options_(options),
      subscription_(std::move(subscription)),
      clock_(clock),
      notices_("senecactl tail", global),
      printer_(format_options(global, options)),
      connection_(loop, *this, global),
      backoff_(static_cast<uint64_t>(clock.monotonic_us())),
      retry_(loop, [this] { connection_.connect(); }),
      wait_(loop, [this] { finish(ExitCode::wait_timed_out); }),
      tick_(loop, [this] { report_rates(); }) {}

ExitCode TailSession::run() {
  const Interrupt interrupt(loop_, [this] { finish(ExitCode::interrupted); });
  if (options_.wait_s > 0) wait_.start(static_cast<int64_t>(options_.wait_s * 1e6));
  if (options_.rate) tick_.start(kSecondUs);
  connection_.connect();
  loop_.run();
  if (exit_code_ == ExitCode::wait_timed_out)
    notices_.notice("--wait ran out after " + std::to_string(shown_) + " of " +
                    std::to_string(options_.count.value_or(1)) + " events");
  const WriteOutcome closed = printer_.finish();
  return closed == WriteOutcome::ok || exit_code_ != ExitCode::ok ? exit_code_
                                                                  : write_failure(closed, notices_.program());
}

void TailSession::relay_opened(const ServerMessage& hello) {
  if (std::exchange(was_connected_, true))
    notices_.notice("connected again");
  else
    notices_.detail("connected to " + hello.server + ", offset " + std::to_string(hello.offset));
  backoff_.reset();
  epoch_ = hello.epoch;
  subscribe();
}

void TailSession::subscribe() {
  subscribe_id_ = connection_.next_id();
  const std::string request = resume_ ? subscription_.resume_request(subscribe_id_, *resume_)
                                      : subscription_.request(subscribe_id_, start_);
  (void)connection_.send(request);  // an empty queue takes anything; a lost connection is reported by itself
}

void TailSession::relay_message(const ServerMessage& message) {
  if (done_) return;
  switch (message.op) {
    case ServerMessage::Op::event:
      return show(message);
    case ServerMessage::Op::gap:
      return note_gap(message);
    case ServerMessage::Op::reply:
      return subscribed(message);
    case ServerMessage::Op::error:
      return refused(message);
    case ServerMessage::Op::bye:
      return notices_.notice("the relay says goodbye: " + message.reason);
    default:
      return;
  }
}

void TailSession::subscribed(const ServerMessage& reply) {
  if (reply.id != subscribe_id_ || resume_) return;
  const bool live =
      start_ == TailStart::live || (start_ == TailStart::selected && !subscription_.wants_history());
  if (live) resume_ = ResumePoint{epoch_, reply.offset};
}

void TailSession::refused(const ServerMessage& error) {
  if (resume_ && resume_elsewhere(error.code)) {
    resume_.reset();
    return subscribe();
  }
  notices_.error(error.message + " [" + error.code + "]");
  const bool denied = error.code == "denied" || error.code == "forbidden";
  finish(denied ? ExitCode::denied : ExitCode::usage);
}

// The relay cannot continue where we were: says so, and chooses where to begin again.
bool TailSession::resume_elsewhere(const std::string& code) {
  const std::string offset = std::to_string(resume_->offset);
  if (code == "offset_expired") {
    start_ = TailStart::oldest;
    notices_.notice("the log no longer holds all events after offset " + offset +
                    "; going on with its oldest");
    return true;
  }
  if (code != "epoch_changed" && code != "offset_in_future") return false;
  start_ = TailStart::live;
  notices_.notice("the relay's log is a new one: what came after offset " + offset +
                  " is unknown; going on live");
  return true;
}

void TailSession::show(const ServerMessage& message) {
  const bool seen =
      resume_ && resume_->epoch == epoch_ && message.sequence != 0 && message.sequence <= resume_->offset;
  if (seen) return;
  if (message.sequence != 0) resume_ = ResumePoint{epoch_, message.sequence};
  const bool need_type = options_.rate || subscription_.filters_here();
  const std::string type = need_type ? type_of(message.event) : "";
  if (subscription_.excludes(type)) return;
  ++shown_;
  if (options_.rate)
    rates_.add(type);
  else
    check(printer_.event(message.event));
  if (options_.count && shown_ >= *options_.count) finish(ExitCode::ok);
}

void TailSession::note_gap(const ServerMessage& gap) {
  std::string reason = gap.reason;
  std::replace(reason.begin(), reason.end(), '_', ' ');
  notices_.notice(std::to_string(gap.skipped) + (gap.skipped == 1 ? " event" : " events") + " skipped (" +
                  range(gap.from, gap.to) + "): " + reason);
  if (resume_) resume_->offset = std::max(resume_->offset, gap.to);
}

void TailSession::report_rates() {
  for (const std::string& line : rates_.report(printer_.options().format, clock_.wall_us()))
    check(printer_.line(line));
  tick_.start(kSecondUs);
}

void TailSession::relay_ended(const Error& error) {
  if (done_) return;
  const bool give_up =
      error.code == "denied" || (was_connected_ ? !options_.reconnect : options_.wait_s <= 0);
  if (give_up) {
    notices_.error(error.message);
    return finish(error.code == "denied" ? ExitCode::denied : ExitCode::unreachable);
  }
  const int64_t pause_us = backoff_.next_us();
  notices_.notice(error.message + "; next attempt in " + seconds(pause_us));
  retry_.start(pause_us);
}

void TailSession::check(WriteOutcome outcome) {
  if (outcome != WriteOutcome::ok && !done_) finish(write_failure(outcome, notices_.program()));
}

void TailSession::finish(ExitCode exit_code) {
  if (std::exchange(done_, true)) return;
  exit_code_ = exit_code;
  if (options_.rate) report_rates();
  loop_.stop();
}

}  // namespace relay
