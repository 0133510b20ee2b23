#pragma once

#include <string>
#include <string_view>

/// The bytes that `digits`, an even number of hexadecimal ones, stand for.
inline std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}
