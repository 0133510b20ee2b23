#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace relay {

/// What an event of a type `seneca.*` asks the relay to do with Socket.IO clients. Pure.
///
///   seneca.emit        {"namespace":"/","rooms":[…],"except":[…],"event":"name","args":[…],
///                       "volatile":false,"attachments":["base64",…]}
///   seneca.join        {"namespace","rooms","except","join":["room",…]}
///   seneca.leave       {"namespace","rooms","except","leave":["room",…]}
///   seneca.disconnect  {"namespace","rooms","except","close":false}
///
/// `rooms` and `except` name whom it is for: the members of any of the rooms, which may be a client's sid,
/// without those of `except`; no rooms: everybody in the namespace.
struct Emission {
  enum class Kind : uint8_t { emit, join, leave, disconnect };

  Kind kind = Kind::emit;
  bool volatile_ = false;  ///< emit: not worth waiting for a client that is behind
  bool close = false;      ///< disconnect: the connection as well, with its other namespaces
  std::string namespace_ = "/";
  std::vector<std::string> rooms;
  std::vector<std::string> except;
  std::vector<std::string> other_rooms;  ///< join, leave: the rooms to be in, or no longer
  std::string event;                     ///< emit: its name
  std::string args;                      ///< emit: JSON values with commas between them, as they came
  std::vector<std::string> attachments;  ///< emit: what the placeholders in `args` stand for, decoded
};

namespace emission_type {
inline constexpr std::string_view kEmit = "seneca.emit";
inline constexpr std::string_view kJoin = "seneca.join";
inline constexpr std::string_view kLeave = "seneca.leave";
inline constexpr std::string_view kDisconnect = "seneca.disconnect";
}  // namespace emission_type

/// As many rooms as a client can be in.
inline constexpr size_t kMaxEmissionRooms = 64;

/// True for the four types above.
[[nodiscard]] bool is_emission(std::string_view type);

/// Reads the data of an event of one of these types, from anywhere: it is checked as a whole. Stable codes;
/// the subject is the member:
///   bad_json, not_object  the data is not one valid JSON object
///   unknown_member        one that this type does not have, a typo perhaps
///   duplicate_key         a member appears twice
///   missing_field         `event`, `join` or `leave` is absent
///   bad_field             a member of the wrong type
///   bad_namespace         it does not begin with /, is too long or holds what ends a namespace
///   bad_room              a room that is_valid_room refuses
///   too_many_rooms        more than kMaxEmissionRooms in one list
///   bad_event             a name that is empty or that Socket.IO keeps for itself
///   bad_attachment        more than kMaxAttachments, not base64, or a placeholder that names none
[[nodiscard]] Result<Emission> parse_emission(std::string_view type, std::string_view data);

}  // namespace relay
