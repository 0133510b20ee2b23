#include "cli/output/human.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace relay {
namespace {

std::string with_decimals(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string two_units(int64_t large, const char* large_unit, int64_t small, const char* small_unit) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%lld %s %02lld %s", static_cast<long long>(large), large_unit,
                static_cast<long long>(small), small_unit);
  return text.data();
}

}  // namespace

std::string human_bytes(double bytes) {
  constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  while (std::fabs(bytes) >= 1024 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return with_decimals(bytes, unit == 0 ? 0 : 1) + " " + kUnits[unit];
}

std::string human_count(double value) {
  const bool small_fraction = std::fabs(value) < 10 && value != std::floor(value);
  std::string text = with_decimals(value, small_fraction ? 1 : 0);
  const size_t sign = text.front() == '-' ? 1 : 0;
  if (small_fraction) return text;
  for (size_t at = text.size(); at > sign + 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string human_us(double us) {
  if (us < 1000) return with_decimals(us, 0) + " µs";
  if (us < 1e6) return with_decimals(us / 1000, 1) + " ms";
  return with_decimals(us / 1e6, 1) + " s";
}

std::string human_seconds(double seconds) {
  const auto whole = static_cast<int64_t>(seconds);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return two_units(whole / 60, "m", whole % 60, "s");
  if (whole < 86400) return two_units(whole / 3600, "h", whole / 60 % 60, "m");
  return two_units(whole / 86400, "d", whole / 3600 % 24, "h");
}

}  // namespace relay
