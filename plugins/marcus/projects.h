#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include <seneca/json.hpp>

#include "derived.h"
#include "meaning.h"

namespace marcus {

/// The last known state of every project board. Owned by the plugin instance.
///
/// Marcus refreshes the state with every request for a task; only a changed number is news.
class Projects {
 public:
  explicit Projects(size_t capacity = 1024);

  /// False when no number changed since the last state of that board.
  [[nodiscard]] bool is_news(std::string_view instance, const ProjectState& state);

  /// Appends project.health.changed and project.completed when `state` brings them about.
  void follow(std::string_view instance, std::string_view project_id, const ProjectState& state,
              DerivedEvents& out);

  [[nodiscard]] size_t size() const { return boards_.size(); }

  void save(std::string& out) const;
  void load(seneca::JsonView saved);

 private:
  struct Board {
    std::string numbers;
    std::string risk = "low";  // what Marcus starts with, so a first "low" is no news
    bool completed = false;
  };

  Board& board(std::string_view instance, std::string_view id);

  const size_t capacity_;
  std::unordered_map<std::string, Board> boards_;
};

}  // namespace marcus
