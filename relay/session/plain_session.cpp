#include "session/plain_session.h"

#include <algorithm>
#include <seneca/json.hpp>
#include <utility>

#include "codec/websocket_frame.h"
#include "codec/zstd_body.h"
#include "session/client_envelope.h"
#include "session/permission.h"

namespace relay {
namespace {

std::string error_json(const Error& error) {
  std::string json = R"({"error":{"code":)";
  seneca::append_json_string(json, error.code);
  json += ",\"message\":";
  seneca::append_json_string(json, error.subject + ": " + error.message);
  return json += "}}";
}

std::shared_ptr<SessionPlugin> find_codec(const SessionPlugins& plugins, std::string_view subprotocol) {
  if (subprotocol.empty()) return nullptr;
  const auto found = std::find_if(plugins.begin(), plugins.end(),
                                  [&](const auto& each) { return each->subprotocol() == subprotocol; });
  return found == plugins.end() ? nullptr : *found;
}

}  // namespace

PlainSession::PlainSession(std::string id, ShardServices& services, Transport& transport)
    : StreamSession(std::move(id), services, transport), publish_queue_(services, transport, this->id()) {}

Status PlainSession::start(const SessionRequest& request) {
  note_start(request);
  feed_.restrict_to(access());
  zstd_ = request.subprotocol == kZstdSubprotocol;
  codec_ = find_codec(services_.session_plugins, request.subprotocol);
  v1_ = zstd_ || codec_ != nullptr || request.subprotocol == kPlainSubprotocol;
  Status done = set_format(request.get("format"));
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
  if (codec_ != nullptr)
    translate(message, false);
  else if (v1_)
    receive_request(message);
  else
    publish_message(message);
}

void PlainSession::receive_binary(std::string_view message) {
  heard_ = true;
  if (codec_ != nullptr) return translate(message, true);
  if (!zstd_) return refuse(std::nullopt, {"binary_message", "message", "must be text, not binary"});
  const auto limit = static_cast<size_t>(services_.config->server.max_http_buffer_size);
  const Result<std::string> text = decompress_zstd(message, limit);
  if (!text) return refuse(std::nullopt, {text.error().code, "message", text.error().message});
  receive_request(*text);
}

void PlainSession::translate(std::string_view message, bool binary) {
  const Result<std::string> request = codec_->decode(message, binary);
  if (!request) return refuse(std::nullopt, request.error());
  receive_request(*request);
}

// A codec that was reloaded goes on for those it serves; one that is no longer there ends their connections.
void PlainSession::reconfigured() {
  StreamSession::reconfigured();
  if (codec_ == nullptr) return;
  const std::shared_ptr<SessionPlugin> fresh = find_codec(services_.session_plugins, codec_->subprotocol());
  if (fresh == nullptr) return close(websocket_close::kRestart, "the relay has no such subprotocol any more");
  codec_ = fresh;
  use_codec(codec_.get());
}

Status PlainSession::set_format(std::string_view name) {
  use_codec(codec_.get());
  const auto framing = zstd_ ? StreamFraming::zstd : v1_ ? StreamFraming::v1 : StreamFraming::plain;
  return choose_format(codec_ != nullptr ? StreamFraming::codec : framing, name);
}

void PlainSession::publish_message(std::string_view message) {
  Result<EventRef> event = parse_event(message, client_envelope(services_, "/ws"));
  if (!event) return refuse(std::nullopt, event.error());
  std::vector<EventRef> events;
  events.push_back(std::move(*event));
  if (const Status allowed = check_publish(access().get(), events); !allowed)
    return refuse(std::nullopt, allowed.error());
  publish_queue_.submit(std::move(events), 0);
}

void PlainSession::reply(std::string_view json) { send_message(Priority::critical, json); }

void PlainSession::send_message(Priority lane, std::string_view json) {
  send(lane, Frame::make(encoded(json)));
}

std::string PlainSession::encoded(std::string_view json) const {
  if (codec_ != nullptr) return FrameCache::codec_frame(*codec_, json);
  return zstd_ ? services_.frames.zstd_frame(json) : text_frame(json);
}

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
    transport().ping();
}

void PlainSession::drain() {
  if (v1_) send_message(Priority::low, encode_plain_bye("restart"));
}

void PlainSession::closed(std::string_view reason) {
  StreamSession::closed(reason);
  publish_queue_.clear();
  awaited_.clear();
}

SessionInfo PlainSession::info() const {
  SessionInfo info = base_info(codec_ != nullptr ? "ws." + std::string(codec_->subprotocol())
                               : zstd_           ? "ws.v1.zstd"
                               : v1_             ? "ws.v1"
                                                 : "ws");
  info.rooms = feed_.rooms();
  info.subscriptions = feed_.selections();
  return info;
}

}  // namespace relay
