#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace relay {

/// Socket.IO packets as socket.io-msgpack-parser writes them: each is one binary Engine.IO message that holds
/// a MessagePack map {type, data, nsp, id}, binary values in their places inside data. Pure.
///
/// They are translated from and to the text packets of codec/socket_io.h, so that nothing else has to know
/// two forms.

struct SocketIoMsgpack {
  std::string text;                      ///< what decode_socket_io takes: `2/ns,12["name",…]`
  std::vector<std::string> attachments;  ///< what would follow it as binary messages
};

/// A packet from a client, for decode_socket_io to judge: its data is an array or object of any kind. Error
/// `bad_packet`: a packet that no text stands for. An id or data that is nil or undefined is none; members of
/// other names are skipped, as the clients' parser does.
[[nodiscard]] Result<SocketIoMsgpack> decode_socket_io_msgpack(std::string_view bytes);

/// The message for a text packet made by the relay, without Engine.IO's `4`. Its placeholders, if it is a
/// binary one, name elements of `attachments`.
[[nodiscard]] std::string encode_socket_io_msgpack(std::string_view packet,
                                                   const std::vector<std::string>& attachments = {});

}  // namespace relay
