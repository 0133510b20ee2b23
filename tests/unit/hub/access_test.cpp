#include <memory>
#include <string>
#include <vector>

#include "auth/narrowing.h"
#include "hub/shard_hub.h"
#include "hub/visibility.h"
#include "support/catch.h"

using namespace relay;

namespace {

struct Listener final : Subscriber {
  void deliver(const Run& run) override {
    runs.push_back(run.id);
    for (const Hit& hit : run.hits) got.emplace_back(hit.event->event->type());
  }
  void missed(uint64_t, uint64_t) override {}
  std::vector<std::string> got;
  std::vector<uint64_t> runs;
};

using Got = std::vector<std::string>;

AccessRef access(std::vector<std::string> rooms, std::vector<std::string> types,
                 std::vector<std::string> namespaces = {"*"}) {
  return std::make_shared<const Access>(
      std::vector<Grant>{*make_grant({std::move(namespaces), std::move(rooms), std::move(types), {}})},
      std::nullopt, false);
}

std::shared_ptr<const Selection> everything() {
  return std::make_shared<const Selection>(*Selection::make({"**"}, "", {}));
}

struct Fixture {
  void add(const std::string& type, const std::vector<const Route*>& routes, const std::string& room = "",
           const Emission* emission = nullptr) {
    EventFields fields;
    fields.type = type;
    fields.room = room;
    EventRef event = Event::make(fields);
    event->set_offset(++offset);
    batch.events.push_back(
        {event, static_cast<uint32_t>(batch.deliveries.size()), static_cast<uint32_t>(routes.size())});
    for (const Route* route : routes) batch.deliveries.push_back({route, -1});
    if (emission == nullptr) return;
    batch.events.back().emission = static_cast<int32_t>(batch.emissions.size());
    batch.emissions.push_back(*emission);
  }
  void dispatch() {
    hub.dispatch(batch);
    batch = {};
  }
  static Route route(std::vector<std::string> rooms, std::string namespace_ = "/") {
    Route made;
    made.event = "e";
    made.namespace_ = std::move(namespace_);
    made.rooms = std::move(rooms);
    return made;
  }

  ShardHub hub{0};
  RoutedBatch batch;
  uint64_t offset = 0;
  Route to_a = route({"a"});
  Route to_b = route({"b"});
  Route to_secret_a = route({"a"}, "/secret");
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a wildcard and a room bring what is allowed, and nothing else") {
  Listener listener;
  hub.admit(listener, access({"*"}, {"x.**"}));
  (void)hub.subscribe(everything(), listener);
  REQUIRE(hub.join("/", "a", listener));
  add("x.1", {&to_a});
  add("y.1", {&to_a});
  add("y.2", {});
  add("x.2", {});
  dispatch();
  // The first comes by its route and by the selection.
  CHECK(listener.got == Got{"x.1", "x.1", "x.2"});
}

TEST_CASE_METHOD(Fixture, "what goes to another room, to none, or to one of another namespace is not seen") {
  Listener listener;
  hub.admit(listener, access({"a"}, {"**"}, {"/"}));
  (void)hub.subscribe(everything(), listener);
  add("t.1", {&to_a});
  add("t.2", {&to_b});
  add("t.3", {});
  add("t.4", {&to_secret_a});
  add("t.5", {&to_b}, "a");
  add("t.6", {&to_a}, "b");
  add("t.7", {}, "a");
  dispatch();
  CHECK(listener.got == Got{"t.1", "t.5", "t.7"});
}

TEST_CASE_METHOD(Fixture, "those of equal sight share their runs, whoever they are; others do not") {
  Listener one, two, other, open;
  hub.admit(one, access({"*"}, {"x", "y"}));
  hub.admit(two, access({"*"}, {"y", "x"}));
  hub.admit(other, access({"*"}, {"x"}));
  hub.admit(open, access({"*"}, {"**"}));
  for (Listener* each : {&one, &two, &other, &open}) (void)hub.subscribe(everything(), *each);
  CHECK(hub.filter_classes() == 1);
  add("x", {});
  add("y", {});
  add("z", {});
  dispatch();
  CHECK(one.got == Got{"x", "y"});
  CHECK(one.runs == two.runs);
  CHECK(other.got == Got{"x"});
  CHECK(open.got == Got{"x", "y", "z"});
}

TEST_CASE_METHOD(Fixture,
                 "a change of what is allowed holds from the next event on, in every room and class") {
  Listener listener;
  (void)hub.subscribe(everything(), listener);
  REQUIRE(hub.join("/", "a", listener));
  add("x", {});
  dispatch();
  hub.admit(listener, access({"*"}, {"y"}));
  add("x", {&to_a});
  add("y", {});
  dispatch();
  hub.admit(listener, nullptr);
  add("x", {});
  dispatch();
  CHECK(listener.got == Got{"x", "y", "x"});
  hub.unsubscribe(*everything(), listener);
  hub.leave("/", "a", listener);
  CHECK(hub.filter_classes() == 0);
  CHECK(hub.rooms().empty());
}

TEST_CASE_METHOD(Fixture,
                 "an emission reaches those it names, and is no event to others who may not see it") {
  Listener named, watcher;
  hub.admit(named, access({"a"}, {"x"}));
  hub.admit(watcher, access({"b"}, {"**"}));
  REQUIRE(hub.join("/", "a", named));
  (void)hub.subscribe(everything(), watcher);
  Emission emission;
  emission.rooms = {"a"};
  emission.event = "notice";
  add("seneca.emit", {}, "", &emission);
  dispatch();
  CHECK(named.got == Got{"seneca.emit"});
  CHECK(watcher.got.empty());
}

TEST_CASE_METHOD(Fixture, "a room of one's own brings the types that may be read") {
  Listener listener;
  hub.admit(listener, access({"nothing"}, {"x"}));
  hub.own("/", "sid", listener);
  add("x", {&to_a}, "sid");
  add("y", {&to_a}, "sid");
  dispatch();
  CHECK(listener.got == Got{"x"});
}

TEST_CASE("an event of the log is judged as it was when it was live") {
  Route to_a;
  to_a.match = *PatternSet::parse({"t.*"});
  to_a.namespace_ = "/";
  to_a.rooms = {"a"};
  const RouteTable routes{to_a};
  const auto sees = [&routes](const AccessRef& who, const std::string& type, const std::string& room,
                              const std::string& data = "1") {
    EventFields fields;
    fields.type = type;
    fields.room = room;
    fields.data = data;
    return may_see(*who, routes, *Event::make(fields));
  };
  CHECK(sees(access({"a"}, {"**"}), "t.x", ""));
  CHECK_FALSE(sees(access({"b"}, {"**"}), "t.x", ""));
  CHECK(sees(access({"b"}, {"**"}), "t.x", "b"));
  CHECK_FALSE(sees(access({"a"}, {"**"}), "t.x", "b"));
  CHECK_FALSE(sees(access({"a"}, {"**"}), "other", ""));
  CHECK(sees(access({"*"}, {"**"}), "other", ""));
  const std::string emission = R"({"rooms":["a"],"event":"e"})";
  CHECK(sees(access({"a"}, {"**"}), "seneca.emit", "", emission));
  CHECK_FALSE(sees(access({"b"}, {"**"}), "seneca.emit", "", emission));
}
