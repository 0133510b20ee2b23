#include "codec/socket_io_msgpack.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "codec/msgpack.h"
#include "codec/msgpack_reader.h"
#include "codec/msgpack_writer.h"
#include "codec/socket_io.h"

namespace relay {
namespace {

constexpr char kEvent = '2', kAck = '3', kBinaryEvent = '5', kBinaryAck = '6';
constexpr uint64_t kLastType = 4;  // there are no binary packets: every packet is one

/// Reads one packet, member by member, whatever their order. A step answers why it is refused, or "".
class PacketReader {
 public:
  explicit PacketReader(std::string_view bytes) : reader_(bytes, kMaxAttachments) {}

  std::string_view read(SocketIoMsgpack& packet) {
    size_t members = 0;
    if (!reader_.take_map(members)) return reader_.problem();
    for (; members > 0; --members)
      if (const std::string_view problem = member(packet.attachments); !problem.empty()) return problem;
    if (!reader_.at_end()) return "bytes follow the packet";
    return write(packet);
  }

 private:
  std::string_view member(std::vector<std::string>& attachments) {
    std::string_view key;
    if (!reader_.take_string(key)) return reader_.problem();
    if (key == "type") return type();
    if (key == "nsp") return namespace_member();
    if (key == "id") return id();
    if (key == "data") return data(attachments);
    skipped_.clear();
    return reader_.take_value(skipped_, nullptr) ? "" : reader_.problem();
  }

  std::string_view type() {
    uint64_t number = 0;
    if (type_ != 0) return "the packet has two types";
    if (!reader_.take_unsigned(number) || number > kLastType) return "unknown packet type";
    type_ = static_cast<char>('0' + number);
    return {};
  }

  // In a text packet a namespace is known by its slash and ends with a comma.
  std::string_view namespace_member() {
    if (!namespace_.empty()) return "the packet has two namespaces";
    if (!reader_.take_string(namespace_)) return reader_.problem();
    const bool fine = namespace_.starts_with('/') && namespace_.find(',') == std::string_view::npos;
    return fine ? "" : "a namespace begins with / and has no comma";
  }

  std::string_view id() {
    uint64_t number = 0;
    if (id_) return "the packet has two ids";
    if (reader_.take_nothing()) return {};
    if (!reader_.take_unsigned(number)) return "the acknowledgement id is not a whole number from 0";
    id_ = number;
    return {};
  }

  // A number would be taken for the id, so what text cannot tell apart is judged here.
  std::string_view data(std::vector<std::string>& attachments) {
    if (!data_.empty()) return "the packet has data twice";
    if (reader_.take_nothing()) return {};
    if (!reader_.take_value(data_, &attachments)) return reader_.problem();
    return data_.front() == '[' || data_.front() == '{' ? "" : "the payload is no array and no object";
  }

  std::string_view write(SocketIoMsgpack& packet) const {
    if (type_ == 0) return "the packet has no type";
    if (namespace_.empty()) return "the packet has no namespace";
    const size_t attachments = packet.attachments.size();
    if (attachments > 0 && type_ != kEvent && type_ != kAck) return "only EVENT and ACK have attachments";
    std::string& text = packet.text;
    text.reserve(namespace_.size() + data_.size() + 32);
    text += attachments == 0 ? type_ : type_ == kEvent ? kBinaryEvent : kBinaryAck;
    if (attachments > 0) text += std::to_string(attachments) + '-';
    if (namespace_ != "/") (text += namespace_) += ',';
    if (id_) text += std::to_string(*id_);
    text += data_;
    return {};
  }

  MsgpackReader reader_;
  char type_ = 0;
  std::string_view namespace_;
  std::optional<uint64_t> id_;
  std::string data_, skipped_;
};

/// A text packet of ours, taken apart; nothing of it is judged.
struct TextPacket {
  explicit TextPacket(std::string_view text) : type(text.empty() ? '0' : text.front()) {
    text.remove_prefix(std::min<size_t>(text.size(), 1));
    if (type == kBinaryEvent || type == kBinaryAck) {
      text.remove_prefix(std::min(text.find('-'), text.size() - 1) + 1);
      type = type == kBinaryEvent ? kEvent : kAck;
    }
    if (text.starts_with('/')) {
      const size_t comma = std::min(text.find(','), text.size());
      namespace_ = text.substr(0, comma);
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    const auto digits = std::from_chars(text.data(), text.data() + text.size(), id);
    has_id = digits.ptr != text.data();
    data = text.substr(static_cast<size_t>(digits.ptr - text.data()));
  }

  char type;
  std::string_view namespace_ = "/";
  uint64_t id = 0;
  bool has_id = false;
  std::string_view data;  // JSON, or ""
};

}  // namespace

Result<SocketIoMsgpack> decode_socket_io_msgpack(std::string_view bytes) {
  SocketIoMsgpack packet;
  const std::string_view problem = PacketReader(bytes).read(packet);
  if (!problem.empty()) return fail("bad_packet", "packet", std::string(problem));
  return packet;
}

std::string encode_socket_io_msgpack(std::string_view packet, const std::vector<std::string>& attachments) {
  const TextPacket text(packet);
  std::string out;
  out.reserve(packet.size() + 32);
  const size_t members = 2 + (text.has_id ? 1 : 0) + (text.data.empty() ? 0 : 1);
  append_msgpack_head(out, MsgpackContainer::map, members);
  append_msgpack_string(out, "type");
  append_msgpack_unsigned(out, static_cast<uint64_t>(text.type - '0'));
  if (!text.data.empty()) {
    append_msgpack_string(out, "data");
    append_msgpack(out, text.data, attachments);
  }
  append_msgpack_string(out, "nsp");
  append_msgpack_string(out, text.namespace_);
  if (!text.has_id) return out;
  append_msgpack_string(out, "id");
  append_msgpack_unsigned(out, text.id);
  return out;
}

}  // namespace relay
