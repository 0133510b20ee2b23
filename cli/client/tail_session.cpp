#include "cli/client/tail_session.h"

#include <algorithm>
#include <utility>

#include "cli/client/json_members.h"

namespace relay {
namespace {

std::string type_of(std::string_view event) {
  std::string type;
  for_each_member(event, [&type](std::string_view key, std::string_view value) {
    if (key == "type" && value.size() > 1) type = value.substr(1, value.size() - 2);
  });
  return type;
}

std::string range(uint64_t from, uint64_t to) {
  return from == to ? "offset " + std::to_string(from)
                    : "offsets " + std::to_string(from) + "–" + std::to_string(to);
}

}  // namespace

TailSession::TailSession(ClientLoop& loop, const GlobalOptions& global, const TailOptions& options,
                         Subscription subscription, const Clock& clock)
    : options_(options),
      subscription_(std::move(subscription)),
      connection_(loop, *this, global),
      run_(loop, global, options, clock, [this] { connection_.connect(); }) {}

void TailSession::relay_opened(const ServerMessage& hello) {
  if (run_.connected())
    run_.notices().notice("connected again");
  else
    run_.notices().detail("connected to " + hello.server + ", offset " + std::to_string(hello.offset));
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
  if (run_.done()) return;
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
      return run_.notices().notice("the relay says goodbye: " + message.reason);
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
  run_.notices().error(error.message + " [" + error.code + "]");
  const bool denied = error.code == "denied" || error.code == "forbidden";
  run_.finish(denied ? ExitCode::denied : ExitCode::usage);
}

// The relay cannot continue where we were: says so, and chooses where to begin again.
bool TailSession::resume_elsewhere(const std::string& code) {
  const std::string offset = std::to_string(resume_->offset);
  if (code == "offset_expired") {
    start_ = TailStart::oldest;
    run_.notices().notice("the log no longer holds all events after offset " + offset +
                          "; going on with its oldest");
    return true;
  }
  if (code != "epoch_changed" && code != "offset_in_future") return false;
  start_ = TailStart::live;
  run_.notices().notice("the relay's log is a new one: what came after offset " + offset +
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
  run_.show(message.event, type);
}

void TailSession::note_gap(const ServerMessage& gap) {
  std::string reason = gap.reason;
  std::replace(reason.begin(), reason.end(), '_', ' ');
  run_.notices().notice(std::to_string(gap.skipped) + (gap.skipped == 1 ? " event" : " events") +
                        " skipped (" + range(gap.from, gap.to) + "): " + reason);
  if (resume_) resume_->offset = std::max(resume_->offset, gap.to);
}

void TailSession::relay_ended(const Error& error) {
  if (run_.done()) return;
  const bool denied = error.code == "denied";
  run_.lost(error, denied, denied ? ExitCode::denied : ExitCode::unreachable);
}

}  // namespace relay
