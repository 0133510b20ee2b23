#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

/// Socket.IO protocol 5 packets. Pure. Decoding takes what follows Engine.IO's `4`; encoding writes the `4`
/// too.
///
///   type[attachments-][/namespace,][id][json]

enum class SocketIoType : uint8_t {
  connect,
  disconnect,
  event,
  ack,
  connect_error,
  binary_event,
  binary_ack
};

struct SocketIoPacket {
  SocketIoType type = SocketIoType::connect;
  std::string_view namespace_ = "/";
  bool has_id = false;
  uint64_t id = 0;           ///< of the acknowledgement asked for, or given
  uint32_t attachments = 0;  ///< binary messages that follow
  std::string_view payload;  ///< valid JSON, or ""; an event's is an array that begins with a permitted name
};

inline constexpr uint32_t kMaxAttachments = 10;
inline constexpr size_t kMaxNamespaceBytes = 256;
inline constexpr size_t kMaxAckDigits = 19;

/// A packet from a client. Error `bad_packet`: one the protocol forbids, so the whole connection is closed.
/// An event or ack without payload is accepted, as servers do: it says nothing.
[[nodiscard]] Result<SocketIoPacket> decode_socket_io(std::string_view text);

/// True for names that clients keep for themselves: receiving one drops their connection, and ours.
[[nodiscard]] bool is_reserved_event_name(std::string_view name);

/// `42/namespace,["name",args…]`, or as BINARY_EVENT `45N-…` with N attachments, whose bytes follow as
/// messages of their own. `args_json` are values with commas between, "" for none. A `position`, which must
/// need no escapes, becomes the last argument: clients ask by it for what they missed.
void append_socket_io_event(std::string& out, std::string_view namespace_, std::string_view event_name,
                            std::string_view args_json, size_t attachments = 0,
                            std::string_view position = {});
/// The same with `arguments_json`, an array, and the id of an acknowledgement asked for; 0: none.
[[nodiscard]] std::string encode_socket_io_event(std::string_view namespace_, std::string_view event_name,
                                                 std::string_view arguments_json, size_t attachments = 0,
                                                 uint64_t ack = 0, std::string_view position = {});
/// `40/namespace,{"sid":"…"}`, with `"pid":"…"` for who may come back to this session.
[[nodiscard]] std::string encode_socket_io_connect(std::string_view namespace_, std::string_view sid,
                                                   std::string_view pid = {});
/// `44/namespace,{"message":"…"}`, with `"data":…` when there is any.
[[nodiscard]] std::string encode_socket_io_connect_error(std::string_view namespace_,
                                                         std::string_view message,
                                                         std::string_view data_json = {});
/// `41/namespace,`
[[nodiscard]] std::string encode_socket_io_disconnect(std::string_view namespace_);
/// `43/namespace,ID[arguments…]`, or as BINARY_ACK `46N-…`. `arguments_json` is an array.
[[nodiscard]] std::string encode_socket_io_ack(std::string_view namespace_, uint64_t id,
                                               std::string_view arguments_json, size_t attachments = 0);

}  // namespace relay
