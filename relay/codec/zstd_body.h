#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

/// Decompresses one zstd frame of at most `max_bytes` decompressed, in memory bounded by that.
/// Errors: `bad_zstd`, `body_too_large`.
[[nodiscard]] Result<std::string> decompress_zstd(std::string_view compressed, size_t max_bytes);

}  // namespace relay
