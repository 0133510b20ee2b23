#include <seneca/json.hpp>
#include <utility>

#include "event/json_outline.h"
#include "session/client_envelope.h"
#include "session/permission.h"
#include "session/plain_session.h"
#include "session/presence_watch.h"

namespace relay {
namespace {

tl::unexpected<Error> missing(std::string field, std::string message) {
  return fail("missing_field", std::move(field), std::move(message));
}

Result<StartPosition> start_of(const PlainRequest& request, const ShardServices& services) {
  if (request.op == PlainRequest::Op::resume) {
    if (!request.offset) return missing("offset", "is missing; it is the last offset received");
    return resume_after(request.epoch, *request.offset, services);
  }
  if (request.last && !request.since.empty())
    return fail("bad_last", "last", "cannot be combined with since; give one");
  if (!request.since.empty()) return parse_since(request.since, services);
  if (request.last) return StartPosition{StartPosition::Kind::last, *request.last};
  return StartPosition{};
}

Result<std::vector<EventRef>> events_of(const PlainRequest& request, const JsonOutline& outline,
                                        const ShardServices& services) {
  const EnvelopeOptions options = client_envelope(services, "/ws");
  if (request.event.empty() && request.events.empty())
    return missing("event", "is missing; give an event, or several as events");
  if (!request.event.empty() && !request.events.empty())
    return fail("bad_field", "events", "cannot be combined with event; give one");
  // The message they are in has been checked as a whole.
  if (request.event.empty()) return parse_checked_events(request.events, options);
  Result<EventRef> event = parse_checked_event(request.event, options, outline);
  if (!event) return tl::unexpected<Error>(std::move(event.error()));
  return std::vector<EventRef>{std::move(*event)};
}

constexpr size_t kUsualReply = 128;  // bytes; with a reason it is longer

std::string members_of(const PublishResult& result) {
  std::string members;
  members.reserve(kUsualReply);
  members.append("\"first_offset\":").append(std::to_string(result.first_offset));
  members.append(",\"last_offset\":").append(std::to_string(result.last_offset));
  members.append(",\"accepted\":").append(std::to_string(result.accepted));
  members.append(",\"rejected\":").append(std::to_string(result.rejected));
  if (result.repeated > 0) members.append(",\"repeated\":").append(std::to_string(result.repeated));
  if (result.reason.empty()) return members;
  members += ",\"reason\":";
  seneca::append_json_string(members, result.reason);
  return members;
}

}  // namespace

void PlainSession::receive_request(std::string_view message) {
  PlainRequest request;
  JsonOutline event;
  Status done = decode_plain_request(message, request, &event);
  if (done) done = carry_out(request, event);
  if (!done) refuse(request.id, done.error());
}

Status PlainSession::carry_out(const PlainRequest& request, const JsonOutline& event) {
  using Op = PlainRequest::Op;
  Status done;
  switch (request.op) {
    case Op::subscribe:
    case Op::resume:
      return subscribe(request);
    case Op::publish:
      return publish(request, event);
    case Op::presence:
      return ask_presence(request);
    case Op::unsubscribe:
      if (!feed_.unsubscribe(request.sub)) done = fail("unknown_sub", "sub", "there is no such subscription");
      break;
    case Op::join:
      done = feed_.join(request.room);
      break;
    case Op::leave:
      if (!feed_.leave(request.room)) done = fail("not_joined", "room", "the session is not in this room");
      break;
    case Op::auth:
      done = renew_identity(request.token);
      if (done) feed_.restrict_to(access());
      break;
    case Op::ping:
      break;
  }
  if (done) confirm(request);
  return done;
}

Status PlainSession::subscribe(const PlainRequest& request) {
  const Result<StartPosition> start = start_of(request, services_);
  if (!start) return tl::unexpected<Error>(start.error());
  Result<Selection> selection = Selection::make(request.match, request.filter, request.rooms);
  if (!selection) return tl::unexpected<Error>(selection.error());
  Status done = set_format(request.format);
  if (done) done = feed_.subscribe(request.sub, std::move(*selection), *start);
  if (done) confirm(request, "\"offset\":" + std::to_string(services_.hub.delivered()));
  return done;
}

Status PlainSession::publish(const PlainRequest& request, const JsonOutline& event) {
  const bool ack = request.ack.value_or(request.id.has_value());
  if (ack && !request.id) return missing("id", "is missing; an acknowledgement needs one");
  Result<std::vector<EventRef>> events = events_of(request, event, services_);
  if (!events) return tl::unexpected<Error>(events.error());
  if (Status allowed = check_publish(access().get(), *events); !allowed) return allowed;
  const uint64_t token = ack ? next_token_++ : 0;
  if (ack) awaited_.emplace(token, *request.id);
  if (!events->empty()) {
    publish_queue_.submit(std::move(*events), token);
    return {};
  }
  if (ack) published(token, {});
  return {};
}

void PlainSession::published(uint64_t token, const PublishResult& result) {
  const auto found = awaited_.find(token);
  if (found == awaited_.end()) return;
  if (result.unkept.empty())
    reply(encode_plain_reply(found->second, result.rejected == 0, members_of(result)));
  else
    refuse(found->second, {result.unkept, "journal", std::string(kUnkept)});
  awaited_.erase(found);
}

Status PlainSession::ask_presence(const PlainRequest& request) {
  if (!request.id) return missing("id", "is missing; an answer needs one");
  if (Status allowed = check_room(access().get(), {"/", request.room}); !allowed) return allowed;
  if (Status watched = check_watched(*services_.config, request.room); !watched) return watched;
  const uint64_t token = next_token_++;
  // A plain client's rooms are those of "/".
  if (!services_.publisher.ask_presence("/", request.room, id(), token))
    return fail("busy", request.room, "too many ask at once; ask again in a moment");
  awaited_.emplace(token, *request.id);
  return {};
}

void PlainSession::answered(uint64_t token, std::string_view members) {
  const auto found = awaited_.find(token);
  if (found == awaited_.end()) return;
  reply(encode_plain_reply(found->second, true, members));
  awaited_.erase(found);
}

void PlainSession::confirm(const PlainRequest& request, std::string_view members) {
  if (request.id) reply(encode_plain_reply(*request.id, true, members));
}

}  // namespace relay
