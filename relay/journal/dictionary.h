#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"

namespace relay {

class BlockDecoder;
class JournalFile;

/// At most so many bytes, which every process that reads small blocks holds.
inline constexpr size_t kDictionaryBytes = 32 << 10;

/// [writer] Learns from the newest events of `file` and stores what came of it there, before any block can
/// need it. Its id, or 0 when there are too few events yet. Takes some tenths of a second.
[[nodiscard]] Result<uint32_t> train_dictionary(JournalFile& file, BlockDecoder& decoder);

}  // namespace relay
