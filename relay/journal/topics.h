#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "event/event.h"

namespace relay {

/// What the journal knows a subject and a room by: FNV-1a (64 bits) of "s:" and "r:" with the name behind it.
/// Two names may share a topic, so who reads by topic compares the names as well.
[[nodiscard]] uint64_t subject_topic(std::string_view subject);
[[nodiscard]] uint64_t room_topic(std::string_view room);

/// Those of all `events` but the transient ones, sorted, without repeats.
[[nodiscard]] std::vector<uint64_t> topics_of(std::span<const EventRef> events);

}  // namespace relay
