#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// A client has joined a room that is watched, or left it: what a shard tells the pipeline, and where
/// presence begins.
struct PresenceChange {
  bool joined = true;
  std::string namespace_;
  std::string room;
  std::string client;

  /// Bytes it occupies, for the accounting of the intake.
  [[nodiscard]] size_t footprint() const {
    return sizeof *this + namespace_.size() + room.size() + client.size();
  }
  bool operator==(const PresenceChange&) const = default;
};

/// Somebody wants to know who is in a room. Destroyed without an answer when the relay stops first.
class PresenceQuestion {
 public:
  PresenceQuestion(std::string_view asked_namespace, std::string_view asked_room)
      : namespace_(asked_namespace), room(asked_room) {}
  virtual ~PresenceQuestion() = default;
  PresenceQuestion(const PresenceQuestion&) = delete;
  PresenceQuestion& operator=(const PresenceQuestion&) = delete;

  /// [pipeline] `members` are those of a JSON object, without its braces. It must only hand the news on.
  virtual void answer(std::string members) = 0;

  const std::string namespace_;
  const std::string room;
};

/// The types of the events that presence makes.
///
///   seneca.presence.joined    {"namespace":"/","room":"team","client":"SID","members":N}
///   seneca.presence.left      likewise; both with the members there are now, on all shards
///   seneca.presence.occupied  behind the joined of the first member
///   seneca.presence.vacated   behind the left of the last one
///
/// Their subject is `room:team`, their source `/presence`.
namespace presence_type {
inline constexpr std::string_view kPrefix = "seneca.presence.";
inline constexpr std::string_view kJoined = "seneca.presence.joined";
inline constexpr std::string_view kLeft = "seneca.presence.left";
inline constexpr std::string_view kOccupied = "seneca.presence.occupied";
inline constexpr std::string_view kVacated = "seneca.presence.vacated";
}  // namespace presence_type

[[nodiscard]] inline bool is_presence(std::string_view type) {
  return type.starts_with(presence_type::kPrefix);
}

}  // namespace relay
