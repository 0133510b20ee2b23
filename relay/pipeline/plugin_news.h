#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "event/event.h"

namespace relay {

/// The types of the events that tell of changes to plugins. Their data is {"name":"marcus","why":"…"}, their
/// subject `plugin:marcus`, their source `/plugins`.
namespace plugin_type {
inline constexpr std::string_view kPrefix = "seneca.plugin.";
inline constexpr std::string_view kDisabled = "seneca.plugin.disabled";
inline constexpr std::string_view kEnabled = "seneca.plugin.enabled";
inline constexpr std::string_view kSlow = "seneca.plugin.slow";            // at most once a minute
inline constexpr std::string_view kRestarted = "seneca.plugin.restarted";  // its process had ended
inline constexpr std::string_view kBroken = "seneca.plugin.broken";        // its breaker has opened
inline constexpr std::string_view kRecovered = "seneca.plugin.recovered";  // and closed
inline constexpr std::string_view kReloaded = "seneca.plugin.reloaded";
}  // namespace plugin_type

[[nodiscard]] inline bool is_plugin_news(std::string_view type) {
  return type.starts_with(plugin_type::kPrefix);
}

/// Something that happened to a plugin, for operators.
struct PluginNews {
  std::string_view type;  ///< one of plugin_type
  std::string name;
  std::string why;
};

[[nodiscard]] EventRef make_event(const PluginNews& news, int64_t wall_us);

}  // namespace relay
