// What those who read the bytes of a block share; see block.h.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace relay {

inline constexpr std::string_view kBlockMagic{"SNB\1", 4};  // the last is the version
inline constexpr size_t kBlockCheckedAt = 8;

[[nodiscard]] inline uint32_t block_checksum(std::string_view block) {
  const std::string_view checked = block.substr(kBlockCheckedAt);
  return static_cast<uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<z_size_t>(checked.size())));
}

}  // namespace relay
