#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "record.h"

namespace marcus {

struct Rule;

/// What a project_state_refreshed record tells.
struct ProjectState {
  std::string board;    ///< board id, else the project's name, else ""
  std::string risk;     ///< "low" … "critical", "" when not told
  std::string numbers;  ///< every number that counts as a change, as written
  double percent = -1;  ///< progress; below 0 when not told: Marcus writes null before a board is chosen
  int64_t total_tasks = 0;
  int64_t completed_tasks = 0;
};

/// What a record tells about one part of Marcus's health.
struct HealthReport {
  enum class Part : uint8_t { check, board, gridlock };
  Part part = Part::check;
  bool good = true;
  std::string reason;
};

/// What a record says, in the relay's words.
struct Meaning {
  std::string topic;
  int32_t priority = 0;
  std::string severity;  ///< "": as the source said
  std::string agent_id, task_id, project_id;
  std::string status, task_name;
  std::string progress;  ///< a JSON number as written
  std::string detail;    ///< tells happenings apart that share topic, agent and task
  std::optional<ProjectState> project;
  std::optional<HealthReport> health;
};

/// The meaning of a record by its row of the table, or without one by its name. `raw_type` is kept when
/// nothing fits.
[[nodiscard]] Meaning read_meaning(const Record& record, const Rule* rule, std::string_view raw_type);

/// The first of `paths` (JSON pointers) that holds a usable id: a number, or a text of at most 200 bytes
/// without control characters.
[[nodiscard]] std::string find_id(seneca::JsonView data, std::initializer_list<std::string_view> paths);

/// The first of `paths` that holds any value but null.
[[nodiscard]] seneca::JsonView find_value(seneca::JsonView data,
                                          std::initializer_list<std::string_view> paths);

}  // namespace marcus
