#include "codec/engine_io.h"

#include <seneca/json.hpp>

#include "codec/base64.h"

namespace relay {

std::optional<EngineIoPacket> decode_engine_io(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '6') return std::nullopt;
  return EngineIoPacket{static_cast<EngineIoType>(text.front()), text.substr(1)};
}

std::optional<std::string> decode_engine_io_binary(std::string_view text) {
  if (text.empty() || text.front() != 'b') return std::nullopt;
  return decode_base64(text.substr(1));
}

std::string encode_engine_io_open(const EngineIoOpen& open) {
  std::string text = "0{\"sid\":";
  seneca::append_json_string(text, open.sid);
  text += open.can_upgrade ? ",\"upgrades\":[\"websocket\"]" : ",\"upgrades\":[]";
  text += ",\"pingInterval\":" + std::to_string(open.ping_interval_ms);
  text += ",\"pingTimeout\":" + std::to_string(open.ping_timeout_ms);
  text += ",\"maxPayload\":" + std::to_string(open.max_payload) + "}";
  return text;
}

}  // namespace relay
