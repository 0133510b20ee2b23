#include "session/sse_session.h"

#include <algorithm>
#include <charconv>
#include <seneca/json.hpp>
#include <utility>

#include "codec/sse.h"
#include "codec/websocket_frame.h"

namespace relay {
namespace {

/// How soon readers connect again: not at once, so that a restarted relay is not stormed.
constexpr int64_t kRetryMs = 2000;

struct EventId {
  std::string_view epoch;
  uint64_t offset = 0;
};

bool parse_event_id(std::string_view text, EventId& id) {
  const size_t colon = std::min(text.rfind(':'), text.size());
  const std::string_view digits = text.substr(std::min(colon + 1, text.size()));
  id.epoch = text.substr(0, colon);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id.offset);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

SseSession::SseSession(std::string id, ShardServices& services, Transport& transport)
    : StreamSession(std::move(id), services, transport) {}

Status SseSession::start(const SessionRequest& request) {
  note_start(request);
  const std::string_view named = request.get("named");
  if (!named.empty() && named != "0" && named != "1") return fail("bad_named", "named", "must be 0 or 1");
  Status done =
      choose_format(named == "0" ? StreamFraming::sse_unnamed : StreamFraming::sse, request.get("format"));
  if (!done) return done;
  GapNotice gap;
  done = request.last_event_id.empty() ? subscribe_from(request) : resume(request, gap);
  if (!done) return done;
  std::string retry;
  append_sse_retry(retry, kRetryMs);
  send(Priority::critical, Frame::make(std::move(retry)));
  if (!gap.reason.empty()) send_gap(gap);
  start_heartbeat();
  return {};
}

Status SseSession::resume(const SessionRequest& request, GapNotice& gap) {
  EventId last;
  // An id that is none of ours is one of a log we know nothing of.
  if (!parse_event_id(request.last_event_id, last)) last = {};
  const Result<StartPosition> start = resume_after(last.epoch, last.offset, services_);
  if (start) return subscribe_from(request, *start);
  // Of what has expired the feed tells, and brings the rest.
  if (start.error().code == gap_reason::kExpired)
    return subscribe_from(request, {StartPosition::Kind::offset, last.offset + 1, INT64_MIN, true});
  gap.reason = start.error().code == gap_reason::kEpoch ? gap_reason::kEpoch : gap_reason::kFuture;
  return subscribe_from(request, StartPosition{});
}

void SseSession::send_gap(const GapNotice& gap) {
  std::string text;
  append_sse_event(text, "", "gap", encode_gap(gap));
  send(Priority::critical, Frame::make(std::move(text)));
}

// A reader connects again by itself, and is refused then unless it has a token.
void SseSession::identity_ended(const Error& error) {
  if (closing()) return;
  std::string data = R"({"code":)", text;
  seneca::append_json_string(data, error.code);
  data += ",\"message\":";
  seneca::append_json_string(data, error.subject + " " + error.message);
  append_sse_event(text, "", "end", data + '}');
  send(Priority::critical, Frame::make(std::move(text)));
  close(websocket_close::kNormal, error.code);
}

void SseSession::beat() {
  // What waits to be written keeps the connection in use as well.
  if (!outbox_.empty()) return;
  std::string comment;
  append_sse_comment(comment, "");
  send(Priority::low, Frame::make(std::move(comment)));
}

SessionInfo SseSession::info() const {
  SessionInfo info = base_info("sse");
  info.subscriptions = feed_.selections();
  return info;
}

}  // namespace relay
