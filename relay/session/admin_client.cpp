#include "session/admin_client.h"

#include <algorithm>
#include <seneca/json.hpp>
#include <utility>

#include "codec/emission.h"
#include "event/event_draft.h"
#include "session/client_envelope.h"
#include "session/socket_io_session.h"

namespace relay {
namespace {

using seneca::JsonView;

// A shard that says nothing for so many statistics, of two seconds each, is not waited for.
constexpr size_t kPatience = 3;

std::string features(const AdminUiConfig& config) {
  std::string list = R"({"supportedFeatures":[)";
  if (!config.read_only) list += R"("EMIT","JOIN","LEAVE","DISCONNECT","MJOIN","MLEAVE","MDISCONNECT",)";
  list += R"("AGGREGATED_EVENTS")";
  if (config.mode == AdminUiConfig::Mode::development) list += R"(,"ALL_EVENTS")";
  return list += "]}";
}

void append_member(std::string& json, std::string_view name, std::string_view raw) {
  json += json.empty() ? "{\"" : ",\"";
  json.append(name) += "\":";
  json += raw;
}

// A filter is a room or a sid; null, "" or nothing: the whole namespace.
void append_filter(std::string& json, const JsonView& filter) {
  if (filter && !filter.is_null() && !filter.equals(""))
    append_member(json, "rooms", '[' + std::string(filter.raw()) + ']');
}

}  // namespace

AdminClient::AdminClient(SocketIoSession& session, AdminFeed& feed) : session_(session), feed_(feed) {
  feed_.add(*this);
}

AdminClient::~AdminClient() { feed_.remove(*this); }

void AdminClient::greet(std::string_view session_id) {
  if (!session_id.empty()) {
    std::string json;
    seneca::append_json_string(json, session_id);
    session_.push_packet(feed_.packet("session", json));
  }
  session_.push_packet(feed_.packet("config", features(feed_.config())));
  if (feed_.is_development()) collect();
}

void AdminClient::collect() {
  stale_ = false;
  stats_while_collecting_ = 0;
  missing_.assign(feed_.shards(), true);
  feed_.port().collect_sockets(session_.id());
}

void AdminClient::take(const AdminNews& news) {
  const bool collecting = !missing_.empty();
  switch (news.kind) {
    case AdminNews::Kind::sockets:
      if (collecting && news.session == session_.id()) answered(news);
      return;
    case AdminNews::Kind::stats:
      push(news);
      if (collecting && ++stats_while_collecting_ > kPatience) finish();
      return;
    case AdminNews::Kind::stale:
      if (collecting)
        stale_ = true;
      else
        collect();
      return;
    case AdminNews::Kind::state:
    case AdminNews::Kind::traffic:
      if (!collecting) return push(news);
      if (missing_[news.shard]) return;
      if (held_.size() < kMaxHeld)
        held_.push_back(news);
      else
        stale_ = true;
      return;
  }
}

void AdminClient::answered(const AdminNews& news) {
  if (!sockets_.empty() && !news.sockets.empty()) sockets_ += ',';
  sockets_ += news.sockets;
  missing_[news.shard] = false;
  if (std::find(missing_.begin(), missing_.end(), true) == missing_.end()) finish();
}

void AdminClient::finish() {
  missing_.clear();
  session_.push_packet(feed_.packet("all_sockets", '[' + std::exchange(sockets_, {}) + ']'), {},
                       Priority::normal);
  for (const AdminNews& each : std::exchange(held_, {})) push(each);
  if (stale_) collect();
}

void AdminClient::push(const AdminNews& news) {
  session_.push_packets(news.packets, news.kind != AdminNews::Kind::state);
}

Result<EventRef> AdminClient::command(const SocketIoPacket& packet) const {
  if (packet.attachments > 0)
    return fail("binary_unsupported", "event", "commands with binary arguments are not taken");
  const JsonView args(packet.payload);
  const JsonView name = args.at(0), namespace_ = args.at(1), second = args.at(2), third = args.at(3);
  std::string data;
  std::string_view type;
  append_member(data, "namespace", namespace_ ? namespace_.raw() : "null");
  if (name.equals("join") || name.equals("leave")) {
    type = name.equals("join") ? emission_type::kJoin : emission_type::kLeave;
    append_filter(data, third);
    append_member(data, name.raw_string(), '[' + std::string(second.raw()) + ']');
  } else if (name.equals("_disconnect")) {
    type = emission_type::kDisconnect;
    append_filter(data, third);
    append_member(data, "close", second.is_boolean() ? second.raw() : "false");
  } else if (name.equals("emit")) {
    type = emission_type::kEmit;
    append_filter(data, second);
    append_member(data, "event", third ? third.raw() : "null");
    std::string arguments;
    size_t at = 0;
    for (const JsonView& item : args.items())
      if (at++ > 3) (arguments += arguments.empty() ? "" : ",") += item.raw();
    append_member(data, "args", '[' + arguments + ']');
  } else {
    return fail("unknown_event", "event", "an admin's commands are join, leave, _disconnect and emit");
  }
  data += '}';
  if (feed_.config().read_only) return fail("read_only", "event", "admin_ui.read_only is set");
  if (const Result<Emission> emission = parse_emission(type, data); !emission)
    return tl::unexpected<Error>(emission.error());
  EnvelopeOptions options = client_envelope(session_.services(), "/admin-ui");
  options.reserved_types = true;
  EventDraft draft(options);
  draft.fields.type = type;
  draft.fields.data = data;
  return draft.finish();
}

}  // namespace relay
