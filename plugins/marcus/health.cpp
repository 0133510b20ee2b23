#include "health.h"

#include <seneca/plugin.h>

#include <algorithm>
#include <array>

#include "json_object.h"

namespace marcus {
namespace {

using Level = Health::Level;
using Part = HealthReport::Part;

struct LevelRow {
  std::string_view name;
  std::string_view severity;
  int32_t priority;
};

constexpr std::array<LevelRow, 4> kLevels{{{"unknown", "info", SENECA_PRIORITY_LOW},
                                           {"healthy", "info", SENECA_PRIORITY_NORMAL},
                                           {"unhealthy", "warning", SENECA_PRIORITY_HIGH},
                                           {"critical", "critical", SENECA_PRIORITY_CRITICAL}}};

const LevelRow& row(Level level) { return kLevels[static_cast<size_t>(level)]; }

Level level_named(std::string_view name) {
  const auto* found =
      std::find_if(kLevels.begin(), kLevels.end(), [&](const LevelRow& known) { return known.name == name; });
  return found == kLevels.end() ? Level::unknown : static_cast<Level>(found - kLevels.begin());
}

}  // namespace

std::string_view to_string(Health::Level level) { return row(level).name; }

void Health::follow(const HealthReport& report, int64_t time_us, DerivedEvents& out) {
  if (time_us < changed_us_ || !take(report)) return;
  const Level next = gridlock_                      ? Level::critical
                     : board_down_ || check_failed_ ? Level::unhealthy
                                                    : Level::healthy;
  if (next == level_) return;
  JsonMembers data;
  data.text("status", row(next).name).text("previous", row(level_).name).text("reason", report.reason);
  data.text("severity", row(next).severity);
  out.push_back({"system.health.changed", "", data.object(), row(next).severity, row(next).priority});
  level_ = next;
  changed_us_ = time_us;
}

bool Health::take(const HealthReport& report) {
  switch (report.part) {
    case Part::check:
      check_failed_ = !report.good;
      return true;
    case Part::board:
      board_down_ = !report.good;
      return true;
    case Part::gridlock:
      break;
  }
  // That tasks are assigned says only that there is no gridlock, not that Marcus is well.
  if (report.good && !gridlock_) return false;
  gridlock_ = !report.good;
  return true;
}

void Health::save(std::string& out) const {
  const auto word = [](bool value) { return value ? "true" : "false"; };
  JsonMembers data;
  data.text("level", row(level_).name)
      .json("gridlock", word(gridlock_))
      .json("board_down", word(board_down_));
  data.json("check_failed", word(check_failed_)).json("changed_us", std::to_string(changed_us_));
  out += data.object();
}

void Health::load(seneca::JsonView saved) {
  level_ = level_named(saved.get("level").string());
  gridlock_ = saved.get("gridlock").boolean();
  board_down_ = saved.get("board_down").boolean();
  check_failed_ = saved.get("check_failed").boolean();
  changed_us_ = saved.get("changed_us").integer(INT64_MIN);
}

}  // namespace marcus
