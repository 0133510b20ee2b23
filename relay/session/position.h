#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "hub/subscriber.h"

namespace relay {

/// How far a Socket.IO client has got: an event, and which of the packets that may be made of it.
struct Position {
  /// What a selection brings comes last; and who has that has all of the event.
  static constexpr uint32_t kLast = std::numeric_limits<uint32_t>::max();

  uint64_t offset = 0;
  uint32_t place = kLast;

  auto operator<=>(const Position&) const = default;
};

/// The packet that `hit` becomes: by a route, the route's place among the event's deliveries; an emission,
/// the first.
[[nodiscard]] Position position_of(const RoutedBatch& batch, const Hit& hit);

/// `EPOC:OFFSET.PLACE`, or `EPOC:OFFSET` with kLast, for the end of JavaScript clients' events. The first
/// characters of the log's epoch tell positions of another relay's life, which a client may still have.
[[nodiscard]] std::string format_position(std::string_view epoch, const Position& position);
/// Nothing for what is no position; offset 0, before everything, for one of another epoch.
[[nodiscard]] std::optional<Position> parse_position(std::string_view epoch, std::string_view text);

}  // namespace relay
