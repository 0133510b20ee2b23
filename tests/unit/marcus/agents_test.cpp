#include "marcus/agents.h"

#include <seneca/plugin.h>

#include "support/catch.h"

namespace marcus {
namespace {

constexpr int64_t kSecond = 1000000;
constexpr int64_t kNoon = 1776168000 * kSecond;
constexpr std::string_view kMain = "/marcus/main";

struct Team {
  Agents agents{360 * kSecond, 4};

  /// The change of status, "old>new", or "".
  std::string follow(const std::string& topic, int64_t time_us, const std::string& agent = "a1") {
    Meaning meaning;
    meaning.topic = topic;
    meaning.agent_id = agent;
    DerivedEvents events;
    agents.follow(kMain, meaning, time_us, events);
    if (events.empty()) return {};
    const seneca::JsonView data(events[0].data);
    CHECK(events.size() == 1);
    CHECK(events[0].type == "agent.status.changed");
    CHECK(events[0].subject == "agent:" + agent);
    return data.get("old_status").string() + ">" + data.get("new_status").string();
  }
  std::vector<Agents::Silent> tick(int64_t now_us) {
    std::vector<Agents::Silent> silent;
    agents.tick(now_us, silent);
    return silent;
  }
};

}  // namespace

TEST_CASE("an agent's day") {
  Team team;
  int64_t now = kNoon;
  CHECK(team.follow("agent.registered", ++now) == "unknown>idle");
  CHECK(team.follow("agent.task.requested", ++now).empty());
  CHECK(team.follow("task.assigned", ++now) == "idle>active");
  CHECK(team.follow("task.progress.updated", ++now).empty());
  CHECK(team.follow("task.blocked", ++now) == "active>blocked");
  CHECK(team.follow("task.progress.updated", ++now) == "blocked>active");
  CHECK(team.follow("task.completed", ++now) == "active>idle");
  CHECK(team.follow("agent.waiting", ++now) == "idle>waiting");
  CHECK(team.follow("agent.task.requested", ++now).empty());
  CHECK(team.follow("agent.waiting", ++now).empty());
  CHECK(team.follow("task.assigned", ++now) == "waiting>active");
  CHECK(team.follow("task.unassigned", ++now) == "active>idle");
  CHECK(team.follow("task.assigned", ++now) == "idle>active");
  CHECK(team.follow("agent.registered", ++now) == "active>idle");
}

TEST_CASE("an agent may first be seen in the middle of its work") {
  Team team;
  CHECK(team.follow("task.progress.updated", kNoon, "a1") == "unknown>active");
  CHECK(team.follow("agent.task.requested", kNoon, "a2") == "unknown>idle");
  CHECK(team.follow("conversation.message", kNoon, "a3").empty());
}

TEST_CASE("older records of another file change nothing") {
  Team team;
  team.follow("task.assigned", kNoon);
  CHECK(team.follow("agent.waiting", kNoon - 1).empty());
  CHECK(team.agents.status(kMain, "a1") == AgentStatus::active);
}

TEST_CASE("a silent agent goes offline once, and comes back as what it was") {
  Team team;
  team.tick(kNoon);
  team.follow("task.assigned", kNoon);
  CHECK(team.tick(kNoon + 360 * kSecond).empty());
  const auto silent = team.tick(kNoon + 361 * kSecond);
  REQUIRE(silent.size() == 1);
  CHECK(silent[0].instance == kMain);
  CHECK(silent[0].event.priority == SENECA_PRIORITY_HIGH);
  CHECK(silent[0].event.data ==
        R"({"agent_id":"a1","old_status":"active","new_status":"offline","reason":"silent"})");
  CHECK(team.tick(kNoon + 900 * kSecond).empty());
  CHECK(team.follow("agent.task.requested", kNoon + 901 * kSecond) == "offline>active");
}

TEST_CASE("any record of an agent is a sign of life, but for a borrowed name") {
  Team team;
  team.tick(kNoon);
  team.follow("agent.registered", kNoon, "a1");
  team.follow("agent.registered", kNoon, "a2");
  team.tick(kNoon + 200 * kSecond);
  team.follow("conversation.message", kNoon + 200 * kSecond, "a1");
  team.follow("task.context.requested", kNoon + 200 * kSecond, "a2");
  const auto silent = team.tick(kNoon + 400 * kSecond);
  REQUIRE(silent.size() == 1);
  CHECK(silent[0].event.subject == "agent:a2");
}

TEST_CASE("a backlog read before the first tick is measured from that tick") {
  Team team;
  team.follow("agent.registered", kNoon - 10 * kSecond);
  CHECK(team.tick(kNoon).empty());
  CHECK(team.tick(kNoon + 300 * kSecond).empty());
  CHECK(team.tick(kNoon + 361 * kSecond).size() == 1);
}

TEST_CASE("agents of yesterday's backlog fall silent without news") {
  Team team;
  team.follow("task.assigned", kNoon - 86400 * kSecond);
  team.tick(kNoon);
  CHECK(team.tick(kNoon + 400 * kSecond).empty());
  CHECK(team.agents.status(kMain, "a1") == AgentStatus::offline);
  CHECK(team.follow("task.progress.updated", kNoon + 401 * kSecond) == "offline>active");
}

TEST_CASE("the number of agents is bounded: the one silent for longest is forgotten") {
  Team team;
  for (int i = 0; i < 6; ++i) team.follow("agent.registered", kNoon + i, "a" + std::to_string(i));
  CHECK(team.agents.size() == 4);
  CHECK(team.agents.forgotten() == 2);
  CHECK(team.agents.status(kMain, "a1") == AgentStatus::unknown);
  CHECK(team.agents.status(kMain, "a5") == AgentStatus::idle);
}

TEST_CASE("agents survive saving and loading") {
  Team team;
  team.tick(kNoon);
  team.follow("task.assigned", kNoon, "a \"quoted\" one");
  std::string saved;
  team.agents.save(saved);
  Team next;
  next.agents.load(seneca::JsonView(saved));
  CHECK(next.agents.status(kMain, "a \"quoted\" one") == AgentStatus::active);
  CHECK(next.follow("agent.waiting", kNoon - 1, "a \"quoted\" one").empty());
  CHECK(next.tick(kNoon + 361 * kSecond).size() == 1);
}

}  // namespace marcus
