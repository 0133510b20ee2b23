#include "projects.h"

#include <seneca/plugin.h>

#include "json_object.h"

namespace marcus {
namespace {

int32_t priority_of_risk(std::string_view risk) {
  if (risk == "critical") return SENECA_PRIORITY_CRITICAL;
  return risk == "high" ? SENECA_PRIORITY_HIGH : SENECA_PRIORITY_NORMAL;
}

std::string_view severity_of_risk(std::string_view risk) {
  if (risk == "critical") return "critical";
  return risk == "high" ? "warning" : "info";
}

std::string subject_of(std::string_view project_id) {
  return project_id.empty() ? std::string() : "project:" + std::string(project_id);
}

}  // namespace

Projects::Projects(size_t capacity) : capacity_(capacity) {}

bool Projects::is_news(std::string_view instance, const ProjectState& state) {
  Board& board = this->board(instance, state.board);
  if (board.numbers == state.numbers) return false;
  board.numbers = state.numbers;
  return true;
}

void Projects::follow(std::string_view instance, std::string_view project_id, const ProjectState& state,
                      DerivedEvents& out) {
  Board& board = this->board(instance, state.board);
  if (!state.risk.empty() && state.risk != board.risk) {
    JsonMembers data;
    data.text("project_id", project_id).text("risk_level", state.risk).text("previous", board.risk);
    out.push_back({"project.health.changed", subject_of(project_id), data.object(),
                   severity_of_risk(state.risk), priority_of_risk(state.risk)});
    board.risk = state.risk;
  }
  const bool is_complete = state.percent >= 100;
  if (is_complete && !board.completed) {
    JsonMembers data;
    data.text("project_id", project_id).json("progress", "100");
    data.json("total_tasks", std::to_string(state.total_tasks));
    data.json("completed_tasks", std::to_string(state.completed_tasks));
    out.push_back(
        {"project.completed", subject_of(project_id), data.object(), "info", SENECA_PRIORITY_NORMAL});
  }
  // New tasks reopen a project; its next completion is news again.
  if (state.percent >= 0) board.completed = is_complete;
}

Projects::Board& Projects::board(std::string_view instance, std::string_view id) {
  std::string key = std::string(instance).append("\n").append(id);
  const auto found = boards_.find(key);
  if (found != boards_.end()) return found->second;
  if (boards_.size() >= capacity_) boards_.erase(boards_.begin());
  return boards_[std::move(key)];
}

void Projects::save(std::string& out) const {
  out += '[';
  for (const auto& [key, board] : boards_) {
    if (out.back() != '[') out += ',';
    JsonMembers data;
    data.text("key", key).text("numbers", board.numbers).text("risk", board.risk);
    data.json("completed", board.completed ? "true" : "false");
    out += data.object();
  }
  out += ']';
}

void Projects::load(seneca::JsonView saved) {
  for (const seneca::JsonView item : saved.items()) {
    if (boards_.size() >= capacity_) return;
    Board& board = boards_[item.get("key").string()];
    board.numbers = item.get("numbers").string();
    board.risk = item.get("risk").string();
    board.completed = item.get("completed").boolean();
  }
}

}  // namespace marcus
