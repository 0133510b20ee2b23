// links: seneca_event nlohmann_json::nlohmann_json
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "event/json_check.h"

namespace {

// What nlohmann::json decides otherwise, on purpose: it ends at a NUL, skips a byte order mark and refuses
// integers beyond a double's range.
bool rules_differ(std::string_view text) {
  size_t digits = 0;
  for (const char c : text) {
    if (c == '\0') return true;
    digits += c >= '0' && c <= '9' ? 1 : 0;
  }
  return digits > 300 || text.substr(0, 1) == "\xEF";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  size_t error_at = 0;
  const relay::JsonFault fault = relay::check_json(text, {}, relay::JsonTolerance::strict, &error_at);
  if (error_at > size) std::abort();
  if (fault == relay::JsonFault::none && error_at != size) std::abort();
  if (fault != relay::JsonFault::too_deep && !rules_differ(text) &&
      (fault == relay::JsonFault::none) != nlohmann::json::accept(text))
    std::abort();

  const relay::JsonFault tolerant = relay::check_json(text, {}, relay::JsonTolerance::lone_surrogates);
  if (fault == relay::JsonFault::none && tolerant != relay::JsonFault::none) std::abort();
  std::string repaired;
  const size_t count = relay::repair_json_line(text, repaired);
  if (fault == relay::JsonFault::none && count != 0) std::abort();
  if (count != 0 && relay::check_json(repaired) == relay::JsonFault::not_finite) std::abort();
  return 0;
}
