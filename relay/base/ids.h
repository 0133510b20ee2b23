#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace relay {

/// 20 characters of [A-Za-z0-9_-], 119 random bits from the kernel: session ids and epochs, not guessable.
/// The first is a letter: an id can be given to a command, which takes what begins with - for an option.
[[nodiscard]] std::string random_id();

/// UUIDv7 (RFC 9562) for `wall_us`: sorts by time, unique without coordination.
[[nodiscard]] std::string uuid_v7(int64_t wall_us);
/// The same without an allocation.
void write_uuid_v7(int64_t wall_us, std::array<char, 36>& text);

}  // namespace relay
