#include "timestamp.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace marcus_ui {

std::string format_time(int64_t time_us) {
  constexpr int64_t kSecond = 1000000;
  constexpr int64_t kYear0 = -62167219200;
  constexpr int64_t kYear10000 = 253402300800;
  int64_t seconds = time_us / kSecond;
  int64_t fraction = time_us % kSecond;
  if (fraction < 0) {
    fraction += kSecond;
    --seconds;
  }
  if (seconds < kYear0 || seconds >= kYear10000) seconds = fraction = 0;
  const time_t whole = static_cast<time_t>(seconds);
  tm parts{};
  gmtime_r(&whole, &parts);
  std::array<char, 32> text{};
  const size_t length = strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string result(text.data(), length);
  if (fraction == 0) return result + "Z";
  std::array<char, 16> rest{};
  snprintf(rest.data(), rest.size(), ".%06dZ", static_cast<int>(fraction));
  return result + rest.data();
}

}  // namespace marcus_ui
