#include "cli/client/server_message.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "cli/client/json_members.h"

namespace relay {
namespace {

using Op = ServerMessage::Op;
using Json = nlohmann::json;

uint64_t to_number(std::string_view text) {
  if (text.size() > 1 && text.front() == '"') text = text.substr(1, text.size() - 2);
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Op to_op(std::string_view name) {
  if (name == "\"event\"") return Op::event;
  if (name == "\"reply\"") return Op::reply;
  if (name == "\"gap\"") return Op::gap;
  if (name == "\"hello\"") return Op::hello;
  if (name == "\"error\"") return Op::error;
  if (name == "\"bye\"") return Op::bye;
  return Op::unknown;
}

uint64_t number(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() ? found->get<uint64_t>() : 0;
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

void read_members(const Json& json, ServerMessage& message) {
  const auto ok = json.find("ok");
  message.ok = ok != json.end() && ok->is_boolean() && ok->get<bool>();
  message.id = number(json, "id");
  message.offset = number(json, "offset");
  message.accepted = number(json, "accepted");
  message.rejected = number(json, "rejected");
  message.first_offset = number(json, "first_offset");
  message.last_offset = number(json, "last_offset");
  message.skipped = number(json, "skipped");
  message.from = number(json, "from");
  message.to = number(json, "to");
  message.epoch = text_of(json, "epoch");
  message.server = text_of(json, "server");
  message.code = text_of(json, "code");
  message.message = text_of(json, "message");
  message.reason = text_of(json, "reason");
}

}  // namespace

ServerMessage parse_server_message(std::string_view text) {
  ServerMessage message;
  const bool whole = for_each_member(text, [&message](std::string_view key, std::string_view value) {
    if (key == "op") message.op = to_op(value);
    if (key == "event") message.event = value;
  });
  if (!whole) return {};
  if (message.op == Op::event) {
    for_each_member(message.event, [&message](std::string_view key, std::string_view value) {
      if (key == "sequence") message.sequence = to_number(value);
    });
    return message;
  }
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return {};
  read_members(json, message);
  return message;
}

}  // namespace relay
