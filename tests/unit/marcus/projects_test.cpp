#include "marcus/projects.h"

#include <seneca/plugin.h>

#include "support/catch.h"

namespace marcus {
namespace {

ProjectState state(const std::string& numbers, double percent, const std::string& risk = "low") {
  ProjectState made;
  made.board = "b1";
  made.risk = risk;
  made.numbers = numbers;
  made.percent = percent;
  made.total_tasks = 8;
  made.completed_tasks = 8;
  return made;
}

DerivedEvents follow(Projects& projects, const ProjectState& now) {
  DerivedEvents events;
  projects.follow("m", "p1", now, events);
  return events;
}

}  // namespace

TEST_CASE("only a changed number is news of a project") {
  Projects projects;
  CHECK(projects.is_news("m", state("8 0", 0)));
  CHECK_FALSE(projects.is_news("m", state("8 0", 0)));
  CHECK(projects.is_news("m", state("8 1", 12.5)));
  CHECK(projects.is_news("other", state("8 1", 12.5)));
}

TEST_CASE("a changed risk is announced with its weight") {
  Projects projects;
  CHECK(follow(projects, state("1", 0, "low")).empty());
  const DerivedEvents critical = follow(projects, state("1", 0, "critical"));
  REQUIRE(critical.size() == 1);
  CHECK(critical[0].type == "project.health.changed");
  CHECK(critical[0].subject == "project:p1");
  CHECK(critical[0].priority == SENECA_PRIORITY_CRITICAL);
  CHECK(critical[0].data == R"({"project_id":"p1","risk_level":"critical","previous":"low"})");
  CHECK(follow(projects, state("1", 0, "critical")).empty());
  CHECK(follow(projects, state("1", 0, "high"))[0].priority == SENECA_PRIORITY_HIGH);
  CHECK(follow(projects, state("1", 0, "medium"))[0].priority == SENECA_PRIORITY_NORMAL);
}

TEST_CASE("completion is announced once, and again after the project was reopened") {
  Projects projects;
  const DerivedEvents completed = follow(projects, state("1", 100));
  REQUIRE(completed.size() == 1);
  CHECK(completed[0].type == "project.completed");
  CHECK(completed[0].data == R"({"project_id":"p1","progress":100,"total_tasks":8,"completed_tasks":8})");
  CHECK(follow(projects, state("1", 100)).empty());
  CHECK(follow(projects, state("1", -1)).empty());
  CHECK(follow(projects, state("1", 100)).empty());
  CHECK(follow(projects, state("1", 90)).empty());
  CHECK(follow(projects, state("1", 100)).size() == 1);
}

TEST_CASE("the number of boards is bounded") {
  Projects projects(2);
  for (const char* board : {"a", "b", "c"}) {
    ProjectState made = state("1", 0);
    made.board = board;
    CHECK(projects.is_news("m", made));
  }
  CHECK(projects.size() == 2);
}

TEST_CASE("projects survive saving and loading") {
  Projects projects;
  CHECK(projects.is_news("m", state("8 8", 100, "high")));
  follow(projects, state("8 8", 100, "high"));
  std::string saved;
  projects.save(saved);
  Projects next;
  next.load(seneca::JsonView(saved));
  CHECK_FALSE(next.is_news("m", state("8 8", 100, "high")));
  CHECK(follow(next, state("8 8", 100, "high")).empty());
}

}  // namespace marcus
