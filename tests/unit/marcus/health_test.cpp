#include "marcus/health.h"

#include <seneca/plugin.h>

#include "support/catch.h"

namespace marcus {
namespace {

using Part = HealthReport::Part;

/// The new level, or "" when nothing was emitted.
std::string follow(Health& health, Part part, bool good, int64_t time_us) {
  DerivedEvents events;
  health.follow({part, good, "because"}, time_us, events);
  if (events.empty()) return {};
  CHECK(events[0].type == "system.health.changed");
  CHECK(seneca::JsonView(events[0].data).get("reason").equals("because"));
  return seneca::JsonView(events[0].data).get("status").string();
}

}  // namespace

TEST_CASE("health is announced when its level changes") {
  Health health;
  CHECK(follow(health, Part::check, true, 1) == "healthy");
  CHECK(follow(health, Part::check, true, 2).empty());
  CHECK(follow(health, Part::check, false, 3) == "unhealthy");
  CHECK(follow(health, Part::board, false, 4).empty());
  CHECK(follow(health, Part::check, true, 5).empty());
  CHECK(follow(health, Part::board, true, 6) == "healthy");
}

TEST_CASE("a gridlock is critical until a task is assigned, whatever the health check says") {
  Health health;
  follow(health, Part::check, true, 1);
  CHECK(follow(health, Part::gridlock, false, 2) == "critical");
  CHECK(follow(health, Part::check, true, 3).empty());
  CHECK(follow(health, Part::gridlock, true, 4) == "healthy");
}

TEST_CASE("an assignment alone does not make Marcus healthy") {
  Health health;
  CHECK(follow(health, Part::gridlock, true, 1).empty());
  CHECK(health.level() == Health::Level::unknown);
}

TEST_CASE("a change of health carries old and new level and its weight") {
  Health health;
  DerivedEvents events;
  health.follow({Part::gridlock, false, "3 tasks, none can be assigned"}, 1, events);
  REQUIRE(events.size() == 1);
  CHECK(events[0].priority == SENECA_PRIORITY_CRITICAL);
  CHECK(events[0].severity == "critical");
  CHECK(events[0].data ==
        R"({"status":"critical","previous":"unknown","reason":"3 tasks, none can be assigned",)"
        R"("severity":"critical"})");
}

TEST_CASE("older news does not change health back") {
  Health health;
  follow(health, Part::check, false, 10);
  CHECK(follow(health, Part::check, true, 9).empty());
  CHECK(health.level() == Health::Level::unhealthy);
}

TEST_CASE("health survives saving and loading") {
  Health health;
  follow(health, Part::check, true, 1);
  follow(health, Part::gridlock, false, 2);
  std::string saved;
  health.save(saved);
  Health next;
  next.load(seneca::JsonView(saved));
  CHECK(next.level() == Health::Level::critical);
  CHECK(follow(next, Part::gridlock, true, 3) == "healthy");
}

}  // namespace marcus
