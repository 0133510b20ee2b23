#include "config/zone.h"

#include <cstdio>
#include <cstdlib>

namespace relay {

Result<int64_t> parse_zone(std::string_view text) {
  if (text == "UTC") return 0;
  constexpr std::string_view kShape = "+00:00";
  bool fits = text.size() == kShape.size() && (text[0] == '+' || text[0] == '-') && text[3] == ':';
  for (const size_t i : {1, 2, 4, 5}) fits = fits && text[i] >= '0' && text[i] <= '9';
  const auto number = [text](size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const int minutes = fits ? number(1) * 60 + number(4) : 0;
  if (!fits || number(4) > 59 || minutes > 14 * 60) {
    return fail("bad_zone", std::string(text),
                "\"" + std::string(text) +
                    "\" is no zone; write \"UTC\" or an offset such as \"+02:00\" or \"-06:00\"");
  }
  return (text[0] == '-' ? -60 : 60) * int64_t{minutes};
}

std::string format_zone(int64_t offset_s) {
  if (offset_s == 0) return "UTC";
  const int minutes = static_cast<int>(std::abs(offset_s) / 60);
  char text[16];
  std::snprintf(text, sizeof text, "%c%02d:%02d", offset_s < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
  return text;
}

}  // namespace relay
