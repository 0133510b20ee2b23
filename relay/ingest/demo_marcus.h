#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "ingest/demo_log.h"
#include "ingest/demo_random.h"
#include "ingest/demo_texts.h"

namespace relay {

/// A made-up Marcus with six agents that plan, work, block, decide and finish project after project, for
/// trying the relay without one. It writes the records Marcus writes in its default (http) mode. The same
/// seed and start give the same records. Not thread-safe; no clock and no I/O of its own.
class DemoMarcus {
 public:
  DemoMarcus(uint64_t seed, int64_t start_us);

  /// The next record, in order of time; there is always one. On Marcus's own time, from the start on.
  [[nodiscard]] DemoRecord next();
  /// The same record, stamped with the caller's time instead (a copy in decisions_* keeps its original's
  /// stamp).
  [[nodiscard]] DemoRecord next(int64_t now_us);

 private:
  struct Task {
    std::string id, name, feature, priority, hours;
    int needs = -1;  // the task that must be done before
    enum class State { todo, in_progress, blocked, done } state = State::todo;
    bool was_blocked = false;
    int64_t started_us = 0;
  };
  struct Action {
    int64_t time_us;
    uint64_t number;
    std::function<void()> run;
    bool operator>(const Action& other) const {
      return time_us != other.time_us ? time_us > other.time_us : number > other.number;
    }
  };

  void after_ms(int64_t ms, std::function<void()> run);
  void run_until_record();

  // demo_marcus.cpp: Marcus himself
  void start();
  void plan_project();
  void announce_project();
  void refresh_project();
  void ping();
  [[nodiscard]] std::string health_json();

  // demo_agents.cpp: what agents do, by number in kDemoAgents
  void register_agent(size_t agent);
  void request_task(size_t agent);
  void refuse_task(size_t agent);
  void assign_task(size_t agent, size_t task);
  void announce_assignment(const DemoAgentProfile& who, const Task& task);
  [[nodiscard]] static std::string brief_json(const Task& task);
  void report_progress(size_t agent, size_t task, size_t quarter);
  void complete_task(size_t agent, size_t task);
  [[nodiscard]] int free_task() const;
  [[nodiscard]] std::string project_json() const;

  // demo_troubles.cpp: decisions and blockers
  void log_decision(size_t agent, size_t task);
  void report_blocker(size_t agent, size_t task);
  void answer_blocker(const DemoAgentProfile& who, const Task& task, const DemoBlocker& blocker,
                      const std::string& text);
  [[nodiscard]] std::string suggestions_json(const Task& task, const DemoBlocker& blocker,
                                             const std::string& text);
  void release_task(size_t agent, size_t task);

  [[nodiscard]] size_t count(Task::State state) const;
  [[nodiscard]] std::string new_id();

  DemoRandom random_;
  DemoLog log_;
  std::priority_queue<Action, std::vector<Action>, std::greater<>> actions_;
  uint64_t action_count_ = 0;
  int64_t stamp_us_;  // of the record taken last
  size_t project_ = 0;
  std::string project_id_, board_id_;
  std::vector<Task> tasks_;
  size_t live_agents_ = 0;
  uint64_t pings_ = 0;
  uint64_t decisions_ = 0;
};

}  // namespace relay
