#include <memory>
#include <string>
#include <vector>

#include "hub/shard_hub.h"
#include "support/catch.h"

using namespace relay;

namespace {

struct Listener final : Subscriber {
  void deliver(const Run& run) override {
    runs.push_back(run.id);
    for (const auto& [event, delivery, emission] : run.hits)
      got.push_back(std::to_string(event->event->offset()) +
                    (delivery ? ":" + delivery->route->event : ":class"));
  }
  void missed(uint64_t from, uint64_t to) override {
    got.push_back("missed:" + std::to_string(from) + "-" + std::to_string(to));
  }
  std::vector<std::string> got;
  std::vector<uint64_t> runs;
};

using Got = std::vector<std::string>;

struct Fixture {
  // An event of `type` for the routes named, in order: each goes to the rooms of the route.
  void add(const std::string& type, const std::vector<const Route*>& routes, const std::string& room = "",
           bool backfill = false) {
    EventFields fields;
    fields.type = type;
    fields.room = room;
    EventRef event = Event::make(fields);
    event->set_offset(++offset);
    event->set_backfill(backfill);
    batch.events.push_back(
        {event, static_cast<uint32_t>(batch.deliveries.size()), static_cast<uint32_t>(routes.size())});
    for (const Route* route : routes) batch.deliveries.push_back({route, -1});
  }
  void dispatch() {
    hub.dispatch(batch);
    batch = {};
  }
  static Route route(std::string name, std::vector<std::string> rooms, std::string namespace_ = "/") {
    Route made;
    made.event = std::move(name);
    made.namespace_ = std::move(namespace_);
    made.rooms = std::move(rooms);
    return made;
  }
  static std::shared_ptr<const Selection> selection(const std::vector<std::string>& patterns,
                                                    std::vector<std::string> rooms = {}) {
    return std::make_shared<const Selection>(*Selection::make(patterns, "", std::move(rooms)));
  }

  ShardHub hub{0};
  RoutedBatch batch;
  uint64_t offset = 0;
  Route to_a = route("e", {"a"});
  Route to_ab = route("f", {"a", "b"});
  Route admin_a = route("g", {"a"}, "/admin");
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an event reaches the members of its routes' rooms") {
  Listener in_a, in_b, nowhere;
  REQUIRE(hub.join("/", "a", in_a));
  REQUIRE(hub.join("/", "b", in_b));
  add("t", {&to_a});
  add("t", {&to_ab});
  dispatch();
  CHECK(in_a.got == Got{"1:e", "2:f"});
  CHECK(in_b.got == Got{"2:f"});
  CHECK(nowhere.got.empty());
}

TEST_CASE_METHOD(Fixture, "who is in two rooms of a delivery gets it once") {
  Listener both;
  REQUIRE(hub.join("/", "a", both));
  REQUIRE(hub.join("/", "b", both));
  add("t", {&to_ab});
  dispatch();
  CHECK(both.got == Got{"1:f"});
}

TEST_CASE_METHOD(Fixture, "two routes are two deliveries") {
  Listener in_a;
  REQUIRE(hub.join("/", "a", in_a));
  add("t", {&to_a, &to_ab});
  dispatch();
  CHECK(in_a.got == Got{"1:e", "1:f"});
}

TEST_CASE_METHOD(Fixture, "rooms of the same name in two namespaces are two rooms") {
  Listener root, admin;
  REQUIRE(hub.join("/", "a", root));
  REQUIRE(hub.join("/admin", "a", admin));
  add("t", {&admin_a});
  dispatch();
  CHECK(root.got.empty());
  CHECK(admin.got == Got{"1:g"});
}

TEST_CASE_METHOD(Fixture, "an event with a room of its own goes there instead of its routes' rooms") {
  Listener in_a, target;
  REQUIRE(hub.join("/", "a", in_a));
  REQUIRE(hub.join("/", "special", target));
  add("t", {&to_a}, "special");
  dispatch();
  CHECK(in_a.got.empty());
  CHECK(target.got == Got{"1:e"});
}

TEST_CASE_METHOD(Fixture, "several selections of one subscriber bring an event once") {
  Listener listener;
  hub.subscribe(selection({"a.*"}), listener);
  hub.subscribe(selection({"**"}), listener);
  add("a.b", {});
  add("c", {});
  dispatch();
  CHECK(listener.got == Got{"1:class", "2:class"});
}

TEST_CASE_METHOD(Fixture, "equal selections share one filter class") {
  Listener one, two;
  hub.subscribe(selection({"a.*", "b"}), one);
  hub.subscribe(selection({"b", "a.*"}), two);
  CHECK(hub.filter_classes() == 1);
  hub.unsubscribe(*selection({"a.*", "b"}), one);
  CHECK(hub.filter_classes() == 1);
  add("b", {});
  dispatch();
  CHECK(one.got.empty());
  CHECK(two.got == Got{"1:class"});
  hub.unsubscribe(*selection({"a.*", "b"}), two);
  CHECK(hub.filter_classes() == 0);
}

TEST_CASE_METHOD(Fixture, "a selection by room sees what was sent to that room only") {
  Listener listener;
  hub.subscribe(selection({}, {"b"}), listener);
  add("t", {&to_a});
  add("t", {&to_ab});
  add("t", {&to_a}, "b");
  add("t", {&to_ab}, "other");
  dispatch();
  CHECK(listener.got == Got{"2:class", "3:class"});
}

TEST_CASE_METHOD(Fixture, "the past found in files is not sent live, but counts as dispatched") {
  Listener listener;
  REQUIRE(hub.join("/", "a", listener));
  hub.subscribe(selection({"**"}), listener);
  add("t", {&to_a}, "", true);
  dispatch();
  CHECK(listener.got.empty());
  CHECK(hub.delivered() == 1);
}

TEST_CASE_METHOD(Fixture, "what the shard missed is told to everybody once") {
  Listener listener, other;
  REQUIRE(hub.join("/", "a", listener));
  REQUIRE(hub.join("/", "b", listener));
  hub.subscribe(selection({"**"}), listener);
  hub.subscribe(selection({"**"}), other);
  hub.missed(3, 9);
  CHECK(listener.got == Got{"missed:3-9"});
  CHECK(other.got == Got{"missed:3-9"});
  CHECK(hub.delivered() == 9);
}

TEST_CASE("a full room takes nobody new") {
  ShardHub hub(2);
  Listener a, b, c;
  CHECK(hub.join("/", "r", a));
  CHECK(hub.join("/", "r", b));
  CHECK_FALSE(hub.join("/", "r", c));
  CHECK(hub.join("/", "r", a));
  hub.leave("/", "r", a);
  CHECK(hub.join("/", "r", c));
}

TEST_CASE_METHOD(Fixture, "joining twice is one membership") {
  Listener listener;
  REQUIRE(hub.join("/", "a", listener));
  REQUIRE(hub.join("/", "a", listener));
  CHECK(hub.rooms().front().members == 1);
  hub.leave("/", "a", listener);
  CHECK(hub.rooms().empty());
}

TEST_CASE_METHOD(Fixture, "leaving a room one is not in changes nothing") {
  Listener listener;
  hub.leave("/", "a", listener);
  REQUIRE(hub.join("/", "a", listener));
  hub.leave("/", "b", listener);
  hub.leave("/admin", "a", listener);
  CHECK(hub.rooms().size() == 1);
}

TEST_CASE_METHOD(Fixture, "members come and go in any order, in small rooms and large ones") {
  std::vector<std::unique_ptr<Listener>> listeners;
  for (int i = 0; i < 100; ++i) {
    listeners.push_back(std::make_unique<Listener>());
    REQUIRE(hub.join("/", "a", *listeners.back()));
  }
  for (size_t i = 0; i < 100; i += 3) hub.leave("/", "a", *listeners[i]);
  add("t", {&to_a});
  dispatch();
  for (size_t i = 0; i < 100; ++i) CHECK(listeners[i]->got.size() == (i % 3 == 0 ? 0 : 1));
  for (size_t i = 0; i < 100; ++i) hub.leave("/", "a", *listeners[99 - i]);
  CHECK(hub.rooms().empty());
}

TEST_CASE_METHOD(Fixture, "who is in the same rooms and classes gets the same run, others another") {
  Listener one, two, other;
  for (Listener* each : {&one, &two, &other}) REQUIRE(hub.join("/", "a", *each));
  hub.subscribe(selection({"**"}), two);
  hub.subscribe(selection({"**"}), one);
  add("t", {&to_a});
  add("t", {&to_ab});
  dispatch();
  CHECK(one.got == Got{"1:e", "1:class", "2:f", "2:class"});
  CHECK(one.runs == two.runs);
  CHECK(one.runs.size() == 1);
  CHECK(other.got == Got{"1:e", "2:f"});
  CHECK(other.runs != one.runs);
  hub.unsubscribe(*selection({"**"}), one);
  add("t", {&to_a});
  dispatch();
  CHECK(one.runs.back() == other.runs.back());
}

TEST_CASE_METHOD(Fixture,
                 "a room of one's own does not set one apart, and keeps its place among the others") {
  Listener one, two;
  for (Listener* each : {&one, &two}) REQUIRE(hub.join("/", "a", *each));
  hub.own("/", "sid-1", one);
  hub.own("/", "sid-2", two);
  add("t", {&to_a});
  dispatch();
  CHECK(one.runs == two.runs);
  add("t", {&to_a});
  add("t", {&to_a}, "sid-1");
  add("t", {&to_a});
  dispatch();
  CHECK(one.got == Got{"1:e", "2:e", "3:e", "4:e"});
  CHECK(two.got == Got{"1:e", "2:e", "4:e"});
  REQUIRE(hub.join("/", "sid-1", two));
  add("t", {&to_a}, "sid-1");
  dispatch();
  CHECK(one.got.back() == "5:e");
  CHECK(two.got.back() == "5:e");
  hub.leave("/", "sid-1", one);
  hub.leave("/", "sid-1", two);
  CHECK(hub.rooms().size() == 2);
}

TEST_CASE_METHOD(Fixture, "who has nothing but a room of its own is told what was missed") {
  Listener loner;
  hub.own("/", "sid", loner);
  hub.missed(1, 2);
  CHECK(loner.got == Got{"missed:1-2"});
  hub.leave("/", "sid", loner);
}

TEST_CASE("a selection's error names its part") {
  CHECK(Selection::make({"a..b"}, "", {}).error().code == "bad_pattern");
  CHECK(Selection::make({}, "type ==", {}).error().code == "bad_filter");
  CHECK(Selection::make({}, "", {"a*"}).error().code == "bad_room");
  CHECK(Selection::make({}, "", {""}).error().code == "bad_room");
}

TEST_CASE_METHOD(Fixture, "a selection takes CloudEvents filters as JSON") {
  Listener listener;
  hub.subscribe(std::make_shared<const Selection>(*Selection::make({}, R"({"prefix":{"type":"a."}})", {})),
                listener);
  add("a.b", {});
  add("b.a", {});
  dispatch();
  CHECK(listener.got == Got{"1:class"});
}
