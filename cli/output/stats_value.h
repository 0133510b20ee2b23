#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace relay {

/// One figure of the statistics as people read it; the unit follows from the key's ending.
[[nodiscard]] std::string stats_value(const std::string& key, const nlohmann::ordered_json& value);
/// The key without its unit and underscores: "rss_bytes" is "rss".
[[nodiscard]] std::string stats_label(const std::string& key);

}  // namespace relay
