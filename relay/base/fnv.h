#pragma once

#include <cstdint>
#include <string_view>

namespace relay {

/// FNV-1a, 64 bits: the same on every machine and in every version, so fit to be stored. `state`: the hash
/// of what comes before.
[[nodiscard]] constexpr uint64_t fnv1a(std::string_view bytes, uint64_t state = 0xcbf29ce484222325) {
  for (const char byte : bytes) state = (state ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  return state;
}

}  // namespace relay
