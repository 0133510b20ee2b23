#include "session/plain_session.h"

#include <seneca/json.hpp>
#include <utility>

#include "codec/websocket_frame.h"
#include "session/client_envelope.h"

namespace relay {
namespace {

std::string error_json(const Error& error) {
  std::string json = R"({"error":{"code":)";
  seneca::append_json_string(json, error.code);
  json += ",\"message\":";
  seneca::append_json_string(json, error.subject + ": " + error.message);
  return json += "}}";
}

}  // namespace

PlainSession::PlainSession(std::string id, ShardServices& services, Transport& transport)
    : StreamSession(std::move(id), services, transport), publish_queue_(services, transport, this->id()) {}

Status PlainSession::start(const SessionRequest& request) {
  note_start(request);
  v1_ = request.subprotocol == kPlainSubprotocol;
  const std::string_view format = request.get("format").empty() ? "cloudevents" : request.get("format");
  Status done = v1_ ? choose_format(format, StreamFormat::v1_cloudevents, StreamFormat::v1_seed)
                    : choose_format(format, StreamFormat::cloudevents, StreamFormat::seed);
  if (!done) return done;
  if (v1_)
    reply(encode_plain_hello(id(), services_.log.epoch(), services_.hub.delivered()));
  else if (done = subscribe_from(request); !done)
    return done;
  start_heartbeat();
  return {};
}

void PlainSession::receive_text(std::string_view message) {
  heard_ = true;
  if (v1_)
    receive_request(message);
  else
    publish_message(message);
}

void PlainSession::receive_binary(std::string_view) {
  heard_ = true;
  refuse(std::nullopt, {"binary_message", "message", "must be text, not binary"});
}

void PlainSession::publish_message(std::string_view message) {
  Result<EventRef> event = parse_event(message, client_envelope(services_, "/ws"));
  if (!event) return refuse(std::nullopt, event.error());
  std::vector<EventRef> events;
  events.push_back(std::move(*event));
  publish_queue_.submit(std::move(events), 0);
}

void PlainSession::reply(std::string_view json) { send(Priority::critical, Frame::make(text_frame(json))); }

void PlainSession::refuse(std::optional<uint64_t> id, const Error& error) {
  ++services_.counters.messages_refused;
  reply(v1_ ? encode_plain_error(id, error.code, error.subject + ": " + error.message) : error_json(error));
}

void PlainSession::send_gap(const GapNotice& gap) {
  if (v1_) return reply(encode_plain_gap(gap));
  const std::string& epoch = services_.log.epoch();
  const std::string id = epoch + ":" + std::to_string(gap.from) + "-" + std::to_string(gap.to);
  const std::string data = encode_gap(gap);
  EventFields fields;
  fields.id = id;
  fields.source = "/seneca";
  fields.type = "seneca.gap";
  fields.data = data;
  fields.time_us = services_.clock.wall_us();
  fields.priority = Priority::critical;
  send(Priority::critical, Frame::make(encode_stream_frame(*Event::make(fields), format(), epoch)));
}

void PlainSession::beat() {
  // While we do not read, nothing can be heard.
  silent_beats_ = std::exchange(heard_, false) || publish_queue_.waiting() ? 0 : silent_beats_ + 1;
  if (silent_beats_ >= 2)
    close(websocket_close::kPolicy, "no answer to pings");
  else
    transport_.ping();
}

void PlainSession::drain() {
  if (v1_) send(Priority::low, Frame::make(text_frame(encode_plain_bye("restart"))));
}

void PlainSession::closed(std::string_view reason) {
  StreamSession::closed(reason);
  publish_queue_.clear();
  awaited_.clear();
}

SessionInfo PlainSession::info() const {
  SessionInfo info = base_info(v1_ ? "ws.v1" : "ws");
  info.rooms = feed_.rooms();
  info.subscriptions = feed_.selections();
  return info;
}

}  // namespace relay
