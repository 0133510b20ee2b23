#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// One message of the relay on the seneca.v1.json protocol. What a message does not carry is 0 or "".
struct ServerMessage {
  enum class Op { hello, reply, error, event, gap, bye, unknown };
  Op op = Op::unknown;
  uint64_t id = 0;            ///< reply, error: of the request
  std::string_view event;     ///< event: the CloudEvent's bytes, inside the parsed text
  uint64_t sequence = 0;      ///< event: its offset
  std::string epoch;          ///< hello
  std::string server;         ///< hello
  uint64_t offset = 0;        ///< hello, reply to subscribe: newest offset
  bool ok = false;            ///< reply
  uint64_t accepted = 0;      ///< reply to publish
  uint64_t rejected = 0;      ///< reply to publish
  uint64_t first_offset = 0;  ///< reply to publish
  uint64_t last_offset = 0;   ///< reply to publish
  std::string code;           ///< error
  std::string message;        ///< error
  uint64_t skipped = 0;       ///< gap
  uint64_t from = 0;          ///< gap
  uint64_t to = 0;            ///< gap
  std::string reason;         ///< gap, bye, reply to publish
};

/// Never fails: what is not understood is `unknown`. Events are not parsed, only located.
[[nodiscard]] ServerMessage parse_server_message(std::string_view text);

}  // namespace relay
