#include "auth/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "event/json_check.h"

namespace relay {

std::optional<nlohmann::json> parse_strict_json(std::string_view text) {
  using Json = nlohmann::json;
  constexpr int kMaxDepth = 8;
  JsonLimits limits;
  limits.max_depth = kMaxDepth;
  if (check_json(text, limits) != JsonFault::none) return std::nullopt;
  std::vector<std::set<std::string>> keys;
  bool twice = false;
  const Json::parser_callback_t look = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      twice = true;
    return true;
  };
  Json value = Json::parse(text, look, false);
  if (twice || value.is_discarded()) return std::nullopt;
  return value;
}

std::optional<nlohmann::json> parse_strict_object(std::string_view text) {
  std::optional<nlohmann::json> value = parse_strict_json(text);
  if (!value || !value->is_object()) return std::nullopt;
  return value;
}

}  // namespace relay
