#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <seneca/json.hpp>

#include "derived.h"
#include "meaning.h"

namespace marcus {

/// The health of one Marcus: the worst of what its gridlock detector, its board connection and its own health
/// check say. Held per instance by the plugin.
class Health {
 public:
  enum class Level : uint8_t { unknown, healthy, unhealthy, critical };

  /// Appends system.health.changed when the level changes. Older news than the last change is ignored.
  void follow(const HealthReport& report, int64_t time_us, DerivedEvents& out);

  [[nodiscard]] Level level() const { return level_; }

  void save(std::string& out) const;
  void load(seneca::JsonView saved);

 private:
  /// False when the report says nothing new about health.
  bool take(const HealthReport& report);

  Level level_ = Level::unknown;
  bool gridlock_ = false;
  bool board_down_ = false;
  bool check_failed_ = false;
  int64_t changed_us_ = INT64_MIN;
};

[[nodiscard]] std::string_view to_string(Health::Level level);

}  // namespace marcus
