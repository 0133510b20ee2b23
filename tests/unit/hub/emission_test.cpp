// Emissions on a shard: whom they reach, and how they change who is where.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "hub/shard_hub.h"
#include "support/catch.h"

using namespace relay;

namespace {

using Got = std::vector<std::string>;

/// A client in a namespace, with a room of its own, that does as an emission says.
struct Socket final : Subscriber {
  Socket(ShardHub& hub, std::string own_sid, std::string in_namespace = "/")
      : hub_(&hub), namespace_(std::move(in_namespace)), sid(std::move(own_sid)) {
    hub.enter_namespace(namespace_, *this);
    hub.own(namespace_, sid, *this);
  }
  ~Socket() override { go(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void deliver(const Run& run) override {
    runs.push_back(run.id);
    for (const auto& [event, delivery, emission] : run.hits) {
      const std::string offset = std::to_string(event->event->offset());
      got.push_back(offset + ':' +
                    (emission   ? emission->event
                     : delivery ? delivery->route->event
                                : "class"));
    }
  }
  void missed(uint64_t, uint64_t) override {}
  void join_room(const std::string& room) override {
    REQUIRE(hub_->join(namespace_, room, *this));
    rooms_.push_back(room);
  }
  void leave_room(const std::string& room) override {
    hub_->leave(namespace_, room, *this);
    std::erase(rooms_, room);
  }
  void send_away(bool close) override {
    got.push_back(close ? "closed" : "disconnected");
    go();
  }
  void go() {
    if (hub_ == nullptr) return;
    for (const std::string& room : rooms_) hub_->leave(namespace_, room, *this);
    hub_->leave(namespace_, sid, *this);
    hub_->leave_namespace(namespace_, *this);
    hub_ = nullptr;
  }

  Got got;
  std::vector<uint64_t> runs;

 private:
  ShardHub* hub_;
  const std::string namespace_;
  std::vector<std::string> rooms_;

 public:
  const std::string sid;
};

struct Fixture {
  Fixture() { to_a.rooms = {"a"}; }

  void add(EventRef event, int32_t emission) {
    event->set_offset(++offset);
    RoutedEvent routed{std::move(event), static_cast<uint32_t>(batch.deliveries.size()), 0, emission};
    if (emission < 0) {
      routed.deliveries = 1;
      batch.deliveries.push_back({&to_a, -1});
    }
    batch.events.push_back(std::move(routed));
  }
  /// An ordinary event for the room "a" of "/".
  void add_event() {
    EventFields fields;
    fields.type = "t";
    add(Event::make(fields), -1);
  }
  void add_emission(Emission emission, bool backfill = false) {
    EventFields fields;
    fields.type = "seneca.emit";
    const EventRef event = Event::make(fields);
    event->set_backfill(backfill);
    batch.emissions.push_back(std::move(emission));
    add(event, static_cast<int32_t>(batch.emissions.size() - 1));
  }
  void emit(const std::string& name, std::vector<std::string> rooms = {},
            std::vector<std::string> except = {}) {
    add_emission(made(Emission::Kind::emit, std::move(rooms), std::move(except), name));
  }
  void change(Emission::Kind kind, std::vector<std::string> rooms, std::vector<std::string> other = {}) {
    Emission emission = made(kind, std::move(rooms), {});
    emission.other_rooms = std::move(other);
    add_emission(std::move(emission));
  }
  static Emission made(Emission::Kind kind, std::vector<std::string> rooms, std::vector<std::string> except,
                       std::string name = "") {
    Emission emission;
    emission.kind = kind;
    emission.rooms = std::move(rooms);
    emission.except = std::move(except);
    emission.event = std::move(name);
    return emission;
  }
  void dispatch() {
    hub.dispatch(batch);
    batch = {};
  }

  ShardHub hub{0};
  RoutedBatch batch;
  uint64_t offset = 0;
  Route to_a = [] {
    Route route;
    route.event = "route";
    route.namespace_ = "/";
    return route;
  }();
};

using Kind = Emission::Kind;

}  // namespace

TEST_CASE_METHOD(Fixture, "an emission reaches the members of its rooms, once each") {
  Socket a(hub, "1"), ab(hub, "2"), b(hub, "3"), nowhere(hub, "4"), other(hub, "5", "/ns");
  a.join_room("a");
  ab.join_room("a");
  ab.join_room("b");
  b.join_room("b");
  other.join_room("a");
  emit("x", {"a", "b", "a", "none"});
  emit("y", {"b"});
  dispatch();
  CHECK(a.got == Got{"1:x"});
  CHECK(ab.got == Got{"1:x", "2:y"});
  CHECK(b.got == Got{"1:x", "2:y"});
  CHECK(nowhere.got.empty());
  CHECK(other.got.empty());
}

TEST_CASE_METHOD(Fixture, "an emission without rooms reaches everybody in the namespace and nobody else") {
  Socket one(hub, "1"), two(hub, "2"), other(hub, "3", "/ns");
  Socket stream(hub, "4");
  hub.leave_namespace("/", stream);
  two.join_room("a");
  stream.join_room("a");
  emit("x");
  dispatch();
  CHECK(one.got == Got{"1:x"});
  CHECK(two.got == Got{"1:x"});
  CHECK(other.got.empty());
  CHECK(stream.got.empty());
}

TEST_CASE_METHOD(Fixture, "the room of everybody has no bound and is not shown") {
  ShardHub small(1);
  Socket one(small, "1"), two(small, "2");
  emit("x");
  small.dispatch(batch);
  CHECK(two.got == Got{"1:x"});
  CHECK(small.rooms().size() == 2);
}

TEST_CASE_METHOD(Fixture, "who is in one of the rooms, also by its sid, gets an emission once") {
  Socket one(hub, "1"), two(hub, "2");
  one.join_room("a");
  emit("x", {"a", "1", "2", "2"});
  emit("y", {"1"});
  dispatch();
  CHECK(one.got == Got{"1:x", "2:y"});
  CHECK(two.got == Got{"1:x"});
}

TEST_CASE_METHOD(Fixture, "an emission leaves out who is in a room of except, or named by it") {
  Socket one(hub, "1"), two(hub, "2"), three(hub, "3"), muted(hub, "4");
  for (Socket* each : {&one, &two, &three, &muted}) each->join_room("a");
  muted.join_room("muted");
  emit("x", {"a"}, {"muted", "2", "none"});
  emit("y", {"a"});
  emit("z", {}, {"muted", "1"});
  emit("self", {"1"}, {"1"});
  emit("barred", {"4"}, {"muted"});
  dispatch();
  CHECK(one.got == Got{"1:x", "2:y"});
  CHECK(two.got == Got{"2:y", "3:z"});
  CHECK(three.got == Got{"1:x", "2:y", "3:z"});
  CHECK(muted.got == Got{"2:y"});
}

TEST_CASE_METHOD(Fixture, "those nothing is kept from share one run") {
  Socket one(hub, "1"), two(hub, "2"), three(hub, "3");
  for (Socket* each : {&one, &two, &three}) each->join_room("a");
  add_event();
  emit("x", {"a"}, {"3"});
  add_event();
  dispatch();
  CHECK(one.got == Got{"1:route", "2:x", "3:route"});
  CHECK(three.got == Got{"1:route", "3:route"});
  CHECK(one.runs.size() == 1);
  CHECK(one.runs == two.runs);
  CHECK(one.runs != three.runs);
}

TEST_CASE_METHOD(Fixture, "who is excepted still gets the event by a subscription of its") {
  Socket one(hub, "1");
  const auto all = std::make_shared<const Selection>(*Selection::make({"seneca.**"}, "", {}));
  hub.subscribe(all, one);
  emit("x", {}, {"1"});
  emit("y");
  dispatch();
  CHECK(one.got == Got{"1:class", "2:y", "2:class"});
  hub.unsubscribe(*all, one);
}

TEST_CASE_METHOD(Fixture, "emissions keep their place among ordinary events, in all rooms") {
  Socket one(hub, "1");
  one.join_room("a");
  emit("x", {"1"});
  add_event();
  emit("y");
  add_event();
  emit("z", {"1"});
  dispatch();
  CHECK(one.got == Got{"1:x", "2:route", "3:y", "4:route", "5:z"});
}

TEST_CASE_METHOD(Fixture, "who is joined gets what comes after it, in the same batch") {
  Socket one(hub, "1"), two(hub, "2");
  add_event();
  emit("early", {"a"});
  change(Kind::join, {"1"}, {"a", "b"});
  add_event();
  emit("late", {"a"});
  emit("b", {"b"});
  dispatch();
  CHECK(one.got == Got{"4:route", "5:late", "6:b"});
  CHECK(two.got.empty());
}

TEST_CASE_METHOD(Fixture, "who has left gets what came before it, in the same batch") {
  Socket one(hub, "1"), two(hub, "2");
  one.join_room("a");
  two.join_room("a");
  add_event();
  change(Kind::leave, {"2"}, {"a"});
  add_event();
  change(Kind::leave, {"a"}, {"a", "never"});
  add_event();
  dispatch();
  CHECK(one.got == Got{"1:route", "3:route"});
  CHECK(two.got == Got{"1:route"});
}

TEST_CASE_METHOD(Fixture, "many change rooms at once, from the rooms they are found by") {
  std::vector<std::unique_ptr<Socket>> sockets;
  for (int i = 0; i < 50; ++i) {
    sockets.push_back(std::make_unique<Socket>(hub, std::to_string(i)));
    sockets.back()->join_room(i % 2 == 0 ? "even" : "odd");
  }
  Emission emission = made(Kind::join, {}, {"odd", "0"});
  emission.other_rooms = {"a"};
  add_emission(std::move(emission));
  change(Kind::leave, {"even", "odd"}, {"even", "odd"});
  emit("x", {"a"});
  emit("nobody", {"even", "odd"});
  dispatch();
  for (int i = 0; i < 50; ++i)
    CHECK(sockets[static_cast<size_t>(i)]->got == (i % 2 == 0 && i > 0 ? Got{"3:x"} : Got{}));
}

TEST_CASE_METHOD(Fixture, "who is disconnected gets what came before, while others go on") {
  Socket one(hub, "1"), two(hub, "2"), three(hub, "3");
  for (Socket* each : {&one, &two, &three}) each->join_room("a");
  add_event();
  change(Kind::disconnect, {"1"});
  emit("x");
  Emission all = made(Kind::disconnect, {"a"}, {"3"});
  all.close = true;
  add_emission(std::move(all));
  add_event();
  change(Kind::disconnect, {"1", "2"});
  dispatch();
  CHECK(one.got == Got{"1:route", "disconnected"});
  CHECK(two.got == Got{"1:route", "3:x", "closed"});
  CHECK(three.got == Got{"1:route", "3:x", "5:route"});
}

TEST_CASE_METHOD(Fixture, "an emission found in the past does nothing") {
  Socket one(hub, "1");
  add_emission(made(Kind::emit, {}, {}, "x"), true);
  add_emission(made(Kind::disconnect, {}, {}), true);
  dispatch();
  CHECK(one.got.empty());
  CHECK(hub.delivered() == 2);
}

TEST_CASE_METHOD(Fixture, "a selection by room sees the emissions to that room") {
  Socket one(hub, "1", "/elsewhere");
  const auto by_room = std::make_shared<const Selection>(*Selection::make({}, "", {"b"}));
  hub.subscribe(by_room, one);
  emit("x", {"a"});
  emit("y", {"a", "b"});
  emit("z");
  dispatch();
  CHECK(one.got == Got{"2:class"});
  hub.unsubscribe(*by_room, one);
}

TEST_CASE("an emission read from the log goes to the rooms that it names, without those it excepts") {
  const auto event = [](const std::string& type, const std::string& data) {
    EventFields fields;
    fields.type = type;
    fields.data = data;
    return Event::make(fields);
  };
  const RouteTable routes;
  const EventRef rooms =
      event("seneca.emit", R"({"namespace":"/n","event":"x","rooms":["a"],"except":["b"]})");
  CHECK(goes_to_room(routes, *rooms, "/n", "a"));
  CHECK_FALSE(goes_to_room(routes, *rooms, "/n", "b"));
  CHECK_FALSE(goes_to_room(routes, *rooms, "/n", ""));
  CHECK_FALSE(goes_to_room(routes, *rooms, "/", "a"));
  CHECK(excepts_room(*rooms, "/n", "b"));
  CHECK_FALSE(excepts_room(*rooms, "/n", "a"));
  CHECK_FALSE(excepts_room(*rooms, "/", "b"));
  const EventRef all = event("seneca.emit", R"({"event":"x"})");
  CHECK(goes_to_room(routes, *all, "/", ""));
  CHECK_FALSE(goes_to_room(routes, *all, "/", "a"));
  CHECK_FALSE(goes_to_room(routes, *event("seneca.join", R"({"join":["a"],"rooms":["a"]})"), "/", "a"));
  CHECK_FALSE(goes_to_room(routes, *event("seneca.emit", "1"), "/", "a"));
  CHECK(Selection::make({}, "", {"a"})->matches(routes, *rooms));
  CHECK_FALSE(Selection::make({}, "", {"b"})->matches(routes, *rooms));
  CHECK_FALSE(Selection::make({}, "", {"a"})->matches(routes, *all));
}
