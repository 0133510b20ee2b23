#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relay {

/// A block in which one bit has been flipped since it was written, with the bit flipped back; nothing when
/// that does not explain its checksum. The place follows from the checksum, as in wal_repair.h. What else
/// happened to a block may look like one flipped bit, once in 2^32 / its bits: decompression finds that, as
/// its events have a checksum of their own (blocks without one are not mended). Takes a nanosecond or two a
/// bit.
[[nodiscard]] std::optional<std::string> mend_block(std::string_view block);

}  // namespace relay
