#include "codec/socket_io.h"

#include <algorithm>
#include <array>
#include <seneca/json.hpp>

#include "codec/socket_io_placeholder.h"
#include "event/json_check.h"

namespace relay {
namespace {

constexpr std::array<std::string_view, 6> kReservedNames = {
    "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_binary(SocketIoType type) {
  return type == SocketIoType::binary_event || type == SocketIoType::binary_ack;
}

/// Reads one packet, field by field. A step answers why the packet is refused, or "".
class PacketReader {
 public:
  explicit PacketReader(std::string_view text) : rest_(text) {}

  std::string_view read(SocketIoPacket& packet) {
    for (const auto step : {&PacketReader::type, &PacketReader::attachments, &PacketReader::namespace_,
                            &PacketReader::id, &PacketReader::payload})
      if (const std::string_view problem = (this->*step)(packet); !problem.empty()) return problem;
    return {};
  }

 private:
  std::string_view type(SocketIoPacket& packet) {
    if (rest_.empty()) return "the packet is empty";
    if (rest_.front() < '0' || rest_.front() > '6') return "unknown packet type";
    packet.type = static_cast<SocketIoType>(rest_.front() - '0');
    if (packet.type == SocketIoType::connect_error) return "only a server refuses a connection";
    rest_.remove_prefix(1);
    return {};
  }

  std::string_view attachments(SocketIoPacket& packet) {
    if (!is_binary(packet.type)) return {};
    const std::string_view digits = take_digits();
    if (digits.empty() || digits.size() > 2 || rest_.empty() || rest_.front() != '-')
      return "a binary packet begins with its number of attachments";
    packet.attachments = static_cast<uint32_t>(to_number(digits));
    if (packet.attachments == 0 || packet.attachments > kMaxAttachments)
      return "1 to 10 attachments are possible";
    rest_.remove_prefix(1);
    return {};
  }

  std::string_view namespace_(SocketIoPacket& packet) {
    if (rest_.empty() || rest_.front() != '/') return {};
    const size_t comma = std::min(rest_.find(','), rest_.size());
    if (comma > kMaxNamespaceBytes) return "the namespace is longer than 256 bytes";
    packet.namespace_ = rest_.substr(0, comma);
    rest_.remove_prefix(std::min(comma + 1, rest_.size()));
    return {};
  }

  std::string_view id(SocketIoPacket& packet) {
    const std::string_view digits = take_digits();
    if (digits.size() > kMaxAckDigits) return "the acknowledgement id is longer than 19 digits";
    packet.has_id = !digits.empty();
    packet.id = to_number(digits);
    return {};
  }

  std::string_view payload(SocketIoPacket& packet) {
    packet.payload = rest_;
    if (!rest_.empty() && check_json(rest_) != JsonFault::none) return "the payload is not JSON";
    const seneca::JsonView json(rest_);
    switch (packet.type) {
      case SocketIoType::connect:
        return rest_.empty() || json.is_object() ? "" : "the payload of CONNECT is an object";
      case SocketIoType::disconnect:
        return rest_.empty() ? "" : "DISCONNECT has no payload";
      case SocketIoType::event:
      case SocketIoType::binary_event:
        return event_payload(packet, json);
      default:
        return ack_payload(packet, json);
    }
  }

  static std::string_view event_payload(const SocketIoPacket& packet, const seneca::JsonView& json) {
    if (packet.payload.empty()) return packet.attachments == 0 ? "" : "attachments need a payload";
    if (!json.is_array()) return "the payload of EVENT is an array";
    const seneca::JsonView name = json.at(0);
    if (!name.is_string() && !name.is_number()) return "an event begins with its name";
    std::string storage;
    if (is_reserved_event_name(name.string(storage))) return "this event name is reserved";
    return placeholders(packet);
  }

  static std::string_view ack_payload(const SocketIoPacket& packet, const seneca::JsonView& json) {
    if (packet.payload.empty()) return packet.attachments == 0 ? "" : "attachments need a payload";
    return json.is_array() ? placeholders(packet) : "the payload of ACK is an array";
  }

  static std::string_view placeholders(const SocketIoPacket& packet) {
    const bool fine = packet.attachments == 0 || placeholders_in_range(packet.payload, packet.attachments);
    return fine ? "" : "a placeholder names no attachment";
  }

  std::string_view take_digits() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    const std::string_view digits = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(digits.size());
    return digits;
  }
  static uint64_t to_number(std::string_view digits) {
    uint64_t number = 0;
    for (const char digit : digits) number = number * 10 + static_cast<uint64_t>(digit - '0');
    return number;
  }

  std::string_view rest_;
};

// With attachments, EVENT and ACK become BINARY_EVENT 5N- and BINARY_ACK 6N-.
void append_head(std::string& out, char type, std::string_view namespace_, size_t attachments = 0) {
  out += '4';
  out += attachments == 0 ? type : static_cast<char>(type + 3);
  if (attachments != 0) out += std::to_string(attachments) + '-';
  if (namespace_ == "/") return;
  out += namespace_;
  out += ',';
}

// What is between the brackets of an array.
std::string_view elements_of(std::string_view array) {
  array.remove_prefix(std::min(array.find('[') + 1, array.size()));
  return array.substr(0, array.rfind(']'));
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// The last of an event's arguments, of which the name is the first.
void append_position(std::string& out, std::string_view position) {
  if (position.empty()) return;
  out += ",\"";
  out += position;
  out += '"';
}

std::string with_member(char type, std::string_view namespace_, std::string_view key,
                        std::string_view value) {
  std::string text;
  append_head(text, type, namespace_);
  text += "{\"";
  text += key;
  text += "\":";
  seneca::append_json_string(text, value);
  return text += '}';
}

}  // namespace

Result<SocketIoPacket> decode_socket_io(std::string_view text) {
  SocketIoPacket packet;
  const std::string_view problem = PacketReader(text).read(packet);
  if (!problem.empty()) return fail("bad_packet", "packet", std::string(problem));
  return packet;
}

bool is_reserved_event_name(std::string_view name) {
  return std::find(kReservedNames.begin(), kReservedNames.end(), name) != kReservedNames.end();
}

void append_socket_io_event(std::string& out, std::string_view namespace_, std::string_view event_name,
                            std::string_view args_json, size_t attachments, std::string_view position) {
  append_head(out, '2', namespace_, attachments);
  out += '[';
  seneca::append_json_string(out, event_name);
  if (!args_json.empty()) out += ',';
  out += args_json;
  append_position(out, position);
  out += ']';
}

std::string encode_socket_io_event(std::string_view namespace_, std::string_view event_name,
                                   std::string_view arguments_json, size_t attachments, uint64_t ack,
                                   std::string_view position) {
  std::string text;
  text.reserve(namespace_.size() + event_name.size() + arguments_json.size() + 32);
  append_head(text, '2', namespace_, attachments);
  if (ack != 0) text += std::to_string(ack);
  text += '[';
  seneca::append_json_string(text, event_name);
  const std::string_view elements = elements_of(arguments_json);
  if (!is_blank(elements)) text += ',';
  text += elements;
  append_position(text, position);
  return text += ']';
}

std::string encode_socket_io_connect(std::string_view namespace_, std::string_view sid,
                                     std::string_view pid) {
  std::string text = with_member('0', namespace_, "sid", sid);
  if (pid.empty()) return text;
  text.back() = ',';
  text += "\"pid\":";
  seneca::append_json_string(text, pid);
  return text += '}';
}

std::string encode_socket_io_connect_error(std::string_view namespace_, std::string_view message,
                                           std::string_view data_json) {
  std::string text = with_member('4', namespace_, "message", message);
  if (data_json.empty()) return text;
  text.back() = ',';
  text += "\"data\":";
  text += data_json;
  return text += '}';
}

std::string encode_socket_io_disconnect(std::string_view namespace_) {
  std::string text;
  append_head(text, '1', namespace_);
  return text;
}

std::string encode_socket_io_ack(std::string_view namespace_, uint64_t id, std::string_view arguments_json,
                                 size_t attachments) {
  std::string text;
  append_head(text, '3', namespace_, attachments);
  text += std::to_string(id);
  text += '[';
  text += elements_of(arguments_json);
  return text += ']';
}

}  // namespace relay
