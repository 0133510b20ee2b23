#include "net/presence_backlog.h"

#include "support/catch.h"

using namespace relay;

namespace {

PresenceChange joined(std::string client, std::string room = "team", std::string namespace_ = "/") {
  return {true, std::move(namespace_), std::move(room), std::move(client)};
}

PresenceChange left(std::string client, std::string room = "team") {
  return {false, "/", std::move(room), std::move(client)};
}

std::vector<PresenceChange> all_of(std::vector<Publication> publications) {
  std::vector<PresenceChange> changes;
  for (const Publication& each : publications)
    changes.insert(changes.end(), each.presence.begin(), each.presence.end());
  return changes;
}

}  // namespace

TEST_CASE("changes of presence leave the backlog in the order they came") {
  PresenceBacklog backlog;
  backlog.add(joined("a"));
  backlog.add(left("b"));
  backlog.add(joined("a", "other"));
  CHECK(all_of(backlog.take()) == std::vector{joined("a"), left("b"), joined("a", "other")});
  CHECK(backlog.empty());
  CHECK(backlog.take().empty());
}

TEST_CASE("a change and its opposite cancel out, whichever came first") {
  PresenceBacklog backlog;
  backlog.add(joined("a"));
  backlog.add(left("b"));
  backlog.add(joined("c"));
  backlog.add(left("a"));
  backlog.add(joined("b"));
  CHECK(backlog.size() == 1);
  backlog.add(joined("a"));
  CHECK(all_of(backlog.take()) == std::vector{joined("c"), joined("a")});
}

TEST_CASE("only the same client, room and namespace cancel out") {
  PresenceBacklog backlog;
  backlog.add(joined("a"));
  backlog.add(left("b"));
  backlog.add(left("a", "other"));
  backlog.add(joined("b", "team", "/admin"));
  CHECK(backlog.size() == 4);
}

TEST_CASE("a backlog stays as small as what has changed, however much comes and goes") {
  PresenceBacklog backlog;
  for (int i = 0; i < 1000; ++i) {
    backlog.add(left("a"));
    backlog.add(joined("a"));
    backlog.add(joined("fresh " + std::to_string(i)));
    backlog.add(left("fresh " + std::to_string(i)));
  }
  CHECK(backlog.empty());
}

TEST_CASE("a backlog goes to the intake in pieces that it takes one by one") {
  PresenceBacklog backlog;
  for (size_t i = 0; i < 2 * kPresenceBatch + 1; ++i) backlog.add(joined(std::to_string(i)));
  const std::vector<Publication> publications = backlog.take();
  REQUIRE(publications.size() == 3);
  CHECK(publications[0].presence.size() == kPresenceBatch);
  CHECK(publications[2].presence.size() == 1);
}

TEST_CASE("a change goes behind what waits already, and never into another publication's place") {
  std::vector<Publication> waiting(1);
  waiting[0].events.push_back(Event::make({}));
  append_presence(waiting, joined("a"));
  append_presence(waiting, joined("b"));
  REQUIRE(waiting.size() == 2);
  waiting.emplace_back();
  waiting[2].events.push_back(Event::make({}));
  append_presence(waiting, left("a"));
  REQUIRE(waiting.size() == 4);
  CHECK(waiting[1].presence == std::vector{joined("a"), joined("b")});
  CHECK(waiting[3].presence == std::vector{left("a")});
}
