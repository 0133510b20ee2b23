#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// 20 characters of [A-Za-z0-9_-], 119 random bits from the kernel: session ids and epochs, not guessable.
/// The first is a letter: an id can be given to a command, which takes what begins with - for an option.
[[nodiscard]] std::string random_id();

/// The same with `part`, one of `parts` (at most 2048), hidden in it, and what `part_of_id` finds in it
/// again. Text that is no such id has a part as well; which one says nothing.
[[nodiscard]] std::string random_id(size_t part, size_t parts);
[[nodiscard]] size_t part_of_id(std::string_view id, size_t parts);

/// Twice as many hexadecimal digits as `bytes` (at most 64), all random.
[[nodiscard]] std::string random_hex(size_t bytes);

/// UUIDv7 (RFC 9562) for `wall_us`: sorts by time, unique without coordination.
[[nodiscard]] std::string uuid_v7(int64_t wall_us);
/// The same without an allocation.
void write_uuid_v7(int64_t wall_us, std::array<char, 36>& text);

}  // namespace relay
