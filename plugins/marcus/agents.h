#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <seneca/json.hpp>

#include "derived.h"
#include "meaning.h"

namespace marcus {

enum class AgentStatus : uint8_t { unknown, idle, active, blocked, waiting, offline };

[[nodiscard]] std::string_view to_string(AgentStatus status);

/// What every agent is doing, told from the records about it. Owned by the plugin instance.
///
/// Records of different files arrive out of order; one that is older than an agent's last change is no news.
/// Silence is measured by arrival, on the clock of the ticks. An agent whose last record was already older
/// than the limit when it arrived (a backlog, a replay) is not announced as offline: that would be news of
/// the past.
class Agents {
 public:
  explicit Agents(int64_t offline_after_us, size_t capacity = 4096);

  /// Follows `meaning`; appends agent.status.changed when it changes its agent.
  void follow(std::string_view instance, const Meaning& meaning, int64_t time_us, DerivedEvents& out);

  struct Silent {
    std::string instance;
    Derived event;
  };
  /// Declares agents offline that have been silent for too long.
  void tick(int64_t now_us, std::vector<Silent>& out);

  [[nodiscard]] AgentStatus status(std::string_view instance, std::string_view agent_id) const;
  [[nodiscard]] size_t size() const { return agents_.size(); }
  [[nodiscard]] uint64_t forgotten() const { return forgotten_; }

  void save(std::string& out) const;
  void load(seneca::JsonView saved);

 private:
  struct Agent {
    std::string instance, id;
    AgentStatus status = AgentStatus::unknown;
    AgentStatus before_offline = AgentStatus::unknown;
    int64_t changed_us = INT64_MIN;  ///< record time of the last change
    int64_t record_us = INT64_MIN;   ///< record time of the last record
    int64_t heard_us = 0;            ///< tick time when it arrived, 0: before the first tick
  };

  Agent& agent(std::string_view instance, std::string_view id);
  void forget_longest_silent();
  [[nodiscard]] bool is_live(const Agent& agent, int64_t now_us) const;

  const int64_t offline_after_us_;
  const size_t capacity_;
  int64_t now_us_ = 0;
  uint64_t forgotten_ = 0;
  std::unordered_map<std::string, Agent> agents_;
};

}  // namespace marcus
