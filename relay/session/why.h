#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// Why a client did or did not get the event at one offset.
struct Explanation {
  std::string_view verdict;  ///< one of the codes below
  std::string detail;        ///< a sentence for people
};

/// What an event is to a client by its rooms and subscriptions.
struct Interest {
  enum class Kind {
    none,      ///< nothing of the client's matches
    too_late,  ///< something does, but the client asked for it after the event
    to_come,   ///< the client is reading history and has not come as far
    wanted,
  };
  Kind kind = Kind::none;
  std::string by;  ///< the room or subscription that matches

  /// The better of two: a client wants an event when anything of its does.
  void prefer(Interest other) {
    if (other.kind > kind) *this = std::move(other);
  }
};

namespace why {
inline constexpr std::string_view kSent = "sent";        ///< written to its connection
inline constexpr std::string_view kWaiting = "waiting";  ///< in its queue, or history still to be read
inline constexpr std::string_view kDropped = "dropped";  ///< given up on the way; the detail has the reason
inline constexpr std::string_view kNotSubscribed =
    "not_subscribed";  ///< no room or subscription of its matches
inline constexpr std::string_view kBeforeSubscription = "before_subscription";
inline constexpr std::string_view kBackfill = "backfill";    ///< older than the relay's start: not sent live
inline constexpr std::string_view kNotInLog = "not_in_log";  ///< forgotten, or no such offset yet
inline constexpr std::string_view kUnknownClient = "unknown_client";
}  // namespace why

}  // namespace relay
