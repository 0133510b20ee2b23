#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/gap.h"

namespace relay {

class JsonOutline;

/// The messages of the WebSocket subprotocol `seneca.v1.json`, and of `seneca.v1.zstd`, which wraps each of
/// them in a zstd frame. Pure.

inline constexpr std::string_view kPlainSubprotocol = "seneca.v1.json";
inline constexpr std::string_view kZstdSubprotocol = "seneca.v1.zstd";

/// `{"op":"subscribe",…,"id":n}`: what a client asks for. Members an operation does not use are ignored.
struct PlainRequest {
  enum class Op { subscribe, unsubscribe, publish, join, leave, resume, presence, auth, ping };

  Op op = Op::ping;
  std::optional<uint64_t> id;      ///< comes back in the reply
  std::string sub;                 ///< the client's name for a subscription, "" by default
  std::vector<std::string> match;  ///< a text or an array of texts
  std::string filter;              ///< an expression, or a CloudEvents filter as JSON
  std::vector<std::string> rooms;  ///< a text or an array of texts
  std::optional<uint64_t> last;    ///< begin with so many events of the past
  std::string since;               ///< begin at an offset, a duration ago or a time
  std::string format;              ///< "cloudevents", "seed", "compact" or "" for unchanged
  std::string room;
  std::string epoch;
  std::optional<uint64_t> offset;
  std::string_view event;   ///< JSON, into the text decoded; "" when absent
  std::string_view events;  ///< a JSON array, likewise
  std::optional<bool> ack;
  std::string token;
};

/// `event`, when given, becomes the outline of `request.event`, if that is an object.
/// Errors: `bad_json`, `not_object`, `missing_field`, `bad_field`, `unknown_op`; `request.id` is set also
/// then when the message has one.
[[nodiscard]] Status decode_plain_request(std::string_view text, PlainRequest& request,
                                          JsonOutline* event = nullptr);

/// `{"op":"hello","session":…,"epoch":…,"offset":…,"server":"seneca/VERSION"}`
[[nodiscard]] std::string encode_plain_hello(std::string_view session, std::string_view epoch,
                                             uint64_t offset);
/// `{"op":"reply","id":n,"ok":true}` with `members` (`"a":1,"b":2`, or "") added.
[[nodiscard]] std::string encode_plain_reply(uint64_t id, bool ok, std::string_view members);
/// `{"op":"error","id":n,"code":…,"message":…}`, without an id when the request had none.
[[nodiscard]] std::string encode_plain_error(std::optional<uint64_t> id, std::string_view code,
                                             std::string_view message);
/// `{"op":"gap",…}` with the members of encode_gap.
[[nodiscard]] std::string encode_plain_gap(const GapNotice& gap);
/// `{"op":"bye","reason":…}`
[[nodiscard]] std::string encode_plain_bye(std::string_view reason);

}  // namespace relay
