#include "cli/bench/socket_io_link.h"

#include <algorithm>
#include <charconv>

namespace relay {
namespace {

int64_t number_behind(std::string_view json, std::string_view key) {
  const size_t at = json.find(key);
  if (at == std::string_view::npos) return 0;
  int64_t value = 0;
  const std::string_view digits = json.substr(at + key.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

void SocketIoLink::on_message(std::string_view packet) {
  if (packet.starts_with("42")) return owner().on_payload(packet);
  if (packet.starts_with("43")) return on_acknowledgement(packet.substr(2));
  if (packet == "2") return send_text("3");
  if (packet.starts_with("0{")) return on_open(packet);
  if (packet.starts_with("40") && !ready()) return become_ready();
  if (packet.starts_with("44"))
    return close("the server refused the namespace: " + std::string(packet.substr(2)));
  if (packet == "1" || packet.starts_with("41")) return close("the server disconnected");
  if (!ready()) close("the server does not speak Engine.IO 4");
}

// An unasked pong counts at a server only while it waits for one, so it has to come sooner than that ends.
void SocketIoLink::on_open(std::string_view json) {
  const int64_t timeout_ms = number_behind(json, "\"pingTimeout\":");
  const int64_t interval_ms = number_behind(json, "\"pingInterval\":");
  if (timeout_ms > 0 && interval_ms > 0)
    reassure_every_ns_ = std::min(timeout_ms, interval_ms) * (kNsPerSecond / 1000) / 2;
  send_text("40");
}

// `12[{"ok":true}]`; a handler of another server may answer anything, which counts as a yes.
void SocketIoLink::on_acknowledgement(std::string_view packet) {
  const bool refused = packet.find("\"ok\":false") != std::string_view::npos;
  owner().on_answered(1, refused ? 1 : 0);
}

void SocketIoLink::publish(const PublishBatch& batch) {
  std::string& bytes = scratch();
  std::string packet;
  bytes.clear();
  for (size_t i = 0; i < batch.due_ns.size(); ++i) {
    const uint64_t number = batch.first_number + i;
    packet = "42";
    if (confirms()) packet += std::to_string(number);
    packet += "[\"" + target().event() + "\",";
    packet += batch.text.stamped(number, batch.due_ns[i]);
    packet += ']';
    writer().append(bytes, WebSocketOpcode::text, packet);
  }
  send(bytes);
}

}  // namespace relay
