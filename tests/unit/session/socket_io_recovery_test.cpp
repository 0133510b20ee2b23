#include <seneca/json.hpp>

#include "session/frame_cache.h"
#include "session/position.h"
#include "session/recovery.h"
#include "session/socket_io_session.h"
#include "support/catch.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

using Texts = std::vector<std::string>;

Config recovery_config() {
  Config config = ShardBench::default_config();
  config.server.recovery_window = 60;
  config.rooms.greeting = false;
  return config;
}

/// One connection of a client to a shard.
struct Link {
  explicit Link(ShardBench& bench, const std::string& id = "engine-sid")
      : session(std::make_unique<SocketIoSession>(id, bench.services, transport)) {
    REQUIRE(session->start({}));
    take();
  }
  ~Link() { lose(); }

  void lose() {
    if (session != nullptr) session->closed("connection lost");
    session.reset();
  }
  Texts take() { return take_texts(*session); }
  Texts send(std::string_view text) {
    session->receive_text(text);
    return take();
  }
  /// Joins and notes what the client is called.
  void join(std::string_view packet = "40") { note(send(packet)); }
  void note(const Texts& texts) {
    REQUIRE_FALSE(texts.empty());
    const std::string_view text = texts[0];
    const seneca::JsonView answer(text.substr(text.find('{')));
    sid = answer.get("sid").string();
    pid = answer.get("pid").string();
  }
  [[nodiscard]] std::string come_back(std::string_view offset, std::string_view packet = "40") const {
    return std::string(packet) + R"({"pid":")" + pid + R"(","offset":")" + std::string(offset) + "\"}";
  }

  FakeTransport transport;
  std::unique_ptr<SocketIoSession> session;
  std::string sid, pid;
};

/// The last argument of an event's text.
std::string position_in(const std::string& text) {
  const size_t end = text.rfind('"');
  const size_t begin = text.rfind('"', end - 1);
  return text.substr(begin + 1, end - begin - 1);
}

Texts positions_in(const Texts& texts) {
  Texts positions;
  for (const std::string& text : texts) positions.push_back(position_in(text));
  return positions;
}

Texts but_first(const Texts& texts) { return {texts.begin() + 1, texts.end()}; }

/// Answers what the session has asked of the log.
Texts bring_past(ShardBench& bench, Link& link) {
  if (!bench.history.chunks.empty()) {
    HistoryChunk chunk = std::move(bench.history.chunks.front());
    bench.history.chunks.erase(bench.history.chunks.begin());
    link.session->fetched(std::move(chunk));
  }
  Texts texts = link.take();
  bench.advance_ms(5);
  for (std::string& each : link.take()) texts.push_back(std::move(each));
  return texts;
}

EventSpec emission(std::string_view type, const std::string& data) {
  EventSpec spec;
  spec.type = type;
  spec.data = data;
  return spec;
}

}  // namespace

TEST_CASE("positions are read as they were written") {
  CHECK(format_position("EPOCH", {12, 0}) == "EPOC:12.0");
  CHECK(format_position("EPOCH", {12}) == "EPOC:12");
  CHECK(parse_position("EPOCH", "EPOC:12.3") == Position{12, 3});
  CHECK(parse_position("EPOCH", "EPOC:12") == Position{12});
  CHECK(parse_position("EPOCH", "ELSE:12.3") == Position{});
  for (const char* text : {"", "12", "EPOC:", "EPOC:x", "EPOC:1.", "EPOC:1.x", "EPOC:1x", "EPOC:1.1 ",
                           "EPOC:-1", "EPOC:99999999999999999999", "EPOC:1.4294967296"})
    CHECK_FALSE(parse_position("EPOCH", text));
}

TEST_CASE("with recovery CONNECT's answer has a pid, and events end with their position") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  CHECK(link.pid.size() == 20);
  CHECK(link.pid != link.sid);
  bench.publish({});
  CHECK(positions_in(link.take()) == Texts{"EPOC:1.0"});
  bench.publish(emission("seneca.emit", R"({"event":"e"})"));
  CHECK(link.take() == Texts{R"(42["e","EPOC:2.0"])"});
  bench.publish(emission("seneca.emit", R"({"event":"e","args":["text"]})"));
  CHECK(link.take() == Texts{R"(42["e","text","EPOC:3.0"])"});
}

TEST_CASE("what came in between is sent behind CONNECT's answer, once and in order, and then what comes") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  bench.publish({});
  const std::string position = position_in(link.take().back());
  bench.publish({});  // queued, and lost with the connection
  link.lose();
  bench.publish_many(3);
  bench.publish({.room = link.sid});

  Link again(bench, "other");
  const Texts texts = again.send(link.come_back(position));
  REQUIRE_FALSE(texts.empty());
  CHECK(texts[0] == R"(40{"sid":")" + link.sid + R"(","pid":")" + link.pid + "\"}");
  CHECK(positions_in(but_first(texts)) == Texts{"EPOC:2.0", "EPOC:3.0", "EPOC:4.0", "EPOC:5.0", "EPOC:6.0"});
  bench.publish({});
  CHECK(positions_in(again.take()) == Texts{"EPOC:7.0"});
  CHECK(bench.counters.recovered == 1);
  CHECK(bench.recovery->records() == 0);
}

TEST_CASE("a record is taken once") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  link.lose();
  CHECK(bench.recovery->records() == 1);
  Link first(bench, "first"), second(bench, "second");
  first.join(link.come_back(""));
  CHECK(first.sid == link.sid);
  // The first is still there, and so superseded.
  second.join(link.come_back(""));
  CHECK(second.sid == link.sid);
  CHECK(first.transport.close_code == 1008);
  second.send("41");
  Link third(bench, "third");
  third.join(link.come_back(""));
  CHECK(third.sid != link.sid);
  CHECK(bench.counters.recovered == 2);
  CHECK(bench.counters.not_recovered == 1);
}

TEST_CASE("of an event that is several packets the rest is sent") {
  Config config = recovery_config();
  config.routes.front().rooms = {"observers"};
  config.routes[2].fallback = false;  // everything goes to "general" as well
  ShardBench bench(config);
  Link link(bench);
  link.join();
  link.send(R"(42["subscribe","agent.**"])");
  bench.publish({.room = link.sid});
  bench.publish({});
  CHECK(positions_in(link.take()) ==
        Texts{"EPOC:1.0", "EPOC:1.1", "EPOC:1", "EPOC:2.0", "EPOC:2.1", "EPOC:2"});
  link.lose();
  for (const auto& [got, rest] :
       std::vector<std::pair<std::string, Texts>>{{"EPOC:1.1", {"EPOC:1", "EPOC:2.0", "EPOC:2.1", "EPOC:2"}},
                                                  {"EPOC:1", {"EPOC:2.0", "EPOC:2.1", "EPOC:2"}},
                                                  {"EPOC:2.0", {"EPOC:2.1", "EPOC:2"}},
                                                  {"EPOC:2.1", {"EPOC:2"}},
                                                  {"EPOC:2", {}}}) {
    Link again(bench, "again");
    CHECK(positions_in(but_first(again.send(link.come_back(got)))) == rest);
    again.lose();
  }
}

TEST_CASE("events for one client alone end with how far it has got") {
  Config config = recovery_config();
  config.rooms.greeting = true;
  ShardBench bench(config);
  bench.publish_many(4);
  Link link(bench);
  Texts texts = link.send("40");
  REQUIRE(texts.size() == 2);
  CHECK(position_in(texts[1]) == "EPOC:4");
  link.note(texts);
  bench.publish({});
  const std::string position = position_in(link.take().back());
  link.lose();
  bench.publish({});
  // Greeted again, as the reference server runs its connection handlers again.
  Link again(bench, "again");
  texts = again.send(link.come_back(position));
  REQUIRE(texts.size() == 3);
  CHECK(texts[1].starts_with(R"(42["connection_established",)"));
  CHECK(position_in(texts[1]) == "EPOC:5");  // all of it
  CHECK(position_in(texts[2]) == "EPOC:6.0");
}

TEST_CASE("rooms and subscriptions are restored, and bring nothing from before they were joined") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  bench.publish({.type = "other", .room = "late"});
  bench.publish({.type = "a"});
  link.take();  // the connection is lost, and the client has none of it
  link.send(R"(42["join","late"])");
  link.send(R"(42["subscribe","b"])");
  link.send(R"(42["join","left"])");
  link.send(R"(42["leave","left"])");
  bench.publish({.type = "other", .room = "late"});
  bench.publish({.type = "other", .room = "left"});
  bench.publish({.type = "b"});
  link.lose();
  Link again(bench, "again");
  CHECK(positions_in(but_first(again.send(link.come_back("")))) ==
        Texts{"EPOC:2.0", "EPOC:3.0", "EPOC:5.0", "EPOC:5"});
  const SessionInfo info = again.session->info();
  CHECK(info.rooms == Texts{link.sid, "general", "observers", "late"});
  CHECK(info.subscriptions.size() == 1);
}

TEST_CASE("what is asked of its rooms in the meantime is done, what was before is not done again") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  bench.publish(emission("seneca.join", R"({"join":["early"]})"));
  link.send(R"(42["leave","early"])");
  link.lose();
  bench.publish(emission("seneca.join", R"({"rooms":[")" + link.sid + R"("],"join":["given"]})"));
  bench.publish({.type = "other", .room = "given"});
  bench.publish({.type = "other", .room = "early"});
  bench.publish(emission("seneca.leave", R"({"leave":["given"]})"));
  bench.publish({.type = "other", .room = "given"});
  Link again(bench, "again");
  // From before the first of them: the client has received nothing.
  CHECK(positions_in(but_first(again.send(link.come_back("")))) == Texts{"EPOC:3.0"});
  CHECK(again.session->info().rooms == Texts{link.sid, "general", "observers"});
}

TEST_CASE("who was sent away in the meantime is sent away") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  link.lose();
  bench.publish(emission("seneca.disconnect", R"({"rooms":[")" + link.sid + R"("]})"));
  bench.publish({});
  Link again(bench, "again");
  CHECK(again.send(link.come_back("")).back() == "41");
}

TEST_CASE("volatile emissions end with a position, and are not sent late") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  bench.publish(emission("seneca.emit", R"({"event":"v","args":["text"],"volatile":true})"));
  CHECK(positions_in(link.take()) == Texts{"EPOC:1.0"});
  link.lose();
  bench.publish(emission("seneca.emit", R"({"event":"v","volatile":true})"));
  Link again(bench, "again");
  CHECK(again.send(link.come_back("EPOC:1.0")).size() == 1);
}

TEST_CASE("a client begins anew that has no record, or cannot go on from it") {
  ShardBench bench(recovery_config(), 100, 100);
  for (const auto& [case_, packet] : std::vector<std::pair<std::string, std::string>>{
           {"no position", "40{\"pid\":\"PID\",\"offset\":\"17\"}"},
           {"a position ahead", "40{\"pid\":\"PID\",\"offset\":\"EPOC:9999\"}"},
           {"another namespace", "40/custom,{\"pid\":\"PID\"}"},
           {"another pid", "40{\"pid\":\"PIDx\"}"}}) {
    CAPTURE(case_);
    Link link(bench);
    link.join();
    link.lose();
    const uint64_t before = bench.counters.not_recovered;
    std::string text = packet;
    text.replace(text.find("PID"), 3, link.pid);
    Link again(bench, "again");
    again.join(text);
    CHECK(again.sid != link.sid);
    CHECK_FALSE(again.pid.empty());
    CHECK(bench.counters.not_recovered == before + 1);
  }
  Link link(bench);
  link.join();
  bench.publish({});
  link.lose();
  bench.publish_many(200);  // more than are kept
  Link again(bench, "again");
  again.join(link.come_back(""));
  CHECK(again.sid != link.sid);
}

TEST_CASE("what the shard no longer keeps comes from the log, once and in order, and then what it keeps") {
  ShardBench bench(recovery_config(), 1000, 10);
  Link link(bench);
  link.join();
  bench.publish({});
  link.lose();
  for (int i = 0; i < 300; ++i) bench.publish({});
  Link again(bench, "again");
  CHECK(again.send(link.come_back("EPOC:1.0")).size() == 1);
  Texts positions;
  for (int i = 0; i < 4; ++i) {
    if (i < 3) bench.publish({});
    for (const std::string& each : positions_in(bring_past(bench, again))) positions.push_back(each);
  }
  Texts expected;
  for (int offset = 2; offset <= 304; ++offset) expected.push_back("EPOC:" + std::to_string(offset) + ".0");
  CHECK(positions == expected);
  CHECK(bench.counters.recovered == 1);
  CHECK(bench.counters.not_recovered == 0);
}

TEST_CASE("a client is in the rooms that the log says while it catches up from there") {
  ShardBench bench(recovery_config(), 1000, 1);
  Link link(bench);
  link.join();
  bench.publish({});
  const std::string position = position_in(link.take().back());
  link.lose();
  bench.publish({.type = "x", .room = "later"});
  bench.publish(emission("seneca.join", R"({"rooms":[")" + link.sid + R"("],"join":["later"]})"));
  bench.publish({.type = "x", .room = "later"});
  bench.publish(emission("seneca.leave", R"({"rooms":[")" + link.sid + R"("],"leave":["later"]})"));
  bench.publish({.type = "x", .room = "later"});
  bench.publish({.type = "x"});
  Link again(bench, "again");
  CHECK(again.send(link.come_back(position)).size() == 1);
  CHECK(positions_in(bring_past(bench, again)) == Texts{"EPOC:4.0", "EPOC:7.0"});
}

TEST_CASE("what the log cannot bring any more is told as a gap") {
  ShardBench bench(recovery_config(), 100, 1);
  Link link(bench);
  link.join();
  bench.publish({});
  link.lose();
  for (int i = 0; i < 90; ++i) bench.publish({});
  Link again(bench, "again");
  CHECK(again.send(link.come_back("EPOC:1.0")).size() == 1);
  SECTION("because the client took too long") {
    HistoryChunk& chunk = bench.history.chunks.front();
    std::const_pointer_cast<RoutedBatch>(chunk.routed)->events.resize(10);
    chunk.next = 12;
    for (int i = 0; i < 109; ++i) bench.publish({});  // 200 in all, 101 the oldest
    const Texts brought = bring_past(bench, again);
    CHECK(position_in(brought.at(9)) == "EPOC:11.0");
    CHECK(brought.at(10).starts_with(
        R"(42["gap",{"skipped":89,"from":12,"to":100,"reason":"offset_expired"})"));
    CHECK(position_in(bring_past(bench, again).front()) == "EPOC:101.0");
  }
  SECTION("because it is damaged") {
    HistoryChunk& chunk = bench.history.chunks.front();
    std::vector<RoutedEvent>& events = std::const_pointer_cast<RoutedBatch>(chunk.routed)->events;
    events.erase(events.begin() + 5, events.begin() + 15);
    chunk.holes.push_back({7, 16, true});
    const Texts brought = bring_past(bench, again);
    CHECK(brought.size() == 81);
    CHECK(position_in(brought.at(4)) == "EPOC:6.0");
    CHECK(brought.at(5).starts_with(R"(42["gap",{"skipped":10,"from":7,"to":16,"reason":"damaged"})"));
    CHECK(position_in(brought.at(6)) == "EPOC:17.0");
  }
}

TEST_CASE("when too much is asked of the log it is asked again a moment later") {
  ShardBench bench(recovery_config(), 1000, 1);
  Link link(bench);
  link.join();
  bench.publish({});
  link.lose();
  bench.publish({});
  bench.publish({});
  bench.history.full = true;
  Link again(bench, "again");
  CHECK(again.send(link.come_back("EPOC:1.0")).size() == 1);
  bench.advance_ms(100);
  CHECK(again.take().empty());
  bench.history.full = false;
  bench.advance_ms(25);
  REQUIRE(bench.history.chunks.size() == 1);
  SECTION("and it comes") {}
  SECTION("also when the pipeline has too much to do") {
    bench.history.chunks.clear();
    again.session->fetched({2, 2, {}, {}});
    CHECK(bench.history.chunks.empty());
    bench.advance_ms(25);
  }
  CHECK(positions_in(bring_past(bench, again)) == Texts{"EPOC:2.0", "EPOC:3.0"});
}

TEST_CASE("what the shard itself missed comes from the log") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  bench.publish({});
  link.lose();
  bench.log.append({ShardBench::make_event({})});
  bench.hub.missed(2, 2);
  Link again(bench, "again");
  again.join(link.come_back("EPOC:1.0"));
  CHECK(again.sid == link.sid);
  CHECK(positions_in(bring_past(bench, again)) == Texts{"EPOC:2.0"});
}

TEST_CASE("a client that had all that was sent to it may have been idle for longer than events are kept") {
  ShardBench bench(recovery_config(), 100);
  Link link(bench);
  link.join();
  bench.publish({});
  for (int i = 0; i < 100; ++i) bench.publish_many(3, {.type = "x", .room = "elsewhere"});
  link.lose();
  bench.publish({});
  Link again(bench, "again");
  CHECK(positions_in(but_first(again.send(link.come_back("EPOC:1.0")))) == Texts{"EPOC:302.0"});
}

TEST_CASE("records end with the window, and while there is one views are rendered") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  link.lose();
  CHECK(bench.hub.has_pages());
  bench.advance_ms(60'100);
  CHECK_FALSE(bench.hub.has_pages());
  Link again(bench, "again");
  again.join(link.come_back(""));
  CHECK(again.sid != link.sid);
}

TEST_CASE("the oldest record gives way when there are too many") {
  ShardBench bench(recovery_config());
  for (size_t i = 0; i <= Recovery::kMaxRecords; ++i) {
    auto record = std::make_unique<RecoveryRecord>();
    record->pid = std::to_string(i);
    record->namespace_ = "/";
    bench.recovery->keep(std::move(record));
  }
  CHECK(bench.recovery->records() == Recovery::kMaxRecords);
  CHECK(bench.counters.recovery_forgotten == 1);
  CHECK(bench.recovery->take("0", "/") == nullptr);
  CHECK(bench.recovery->take("1", "/") != nullptr);
}

TEST_CASE("who leaves, is sent away or breaks the protocol leaves no record") {
  ShardBench bench(recovery_config());
  Link left(bench);
  left.join();
  left.send("41");
  left.lose();
  Link sent_away(bench);
  sent_away.join();
  bench.publish(emission("seneca.disconnect", R"({"close":true})"));
  sent_away.lose();
  Link broken(bench);
  broken.join();
  broken.send("7");
  broken.lose();
  CHECK(bench.recovery->records() == 0);
}

TEST_CASE("the past goes out as the client takes it, and nothing of it is lost for lack of room") {
  Config config = recovery_config();
  config.performance.message_queue_size = 20;
  ShardBench bench(config, 10'000);
  Link link(bench);
  link.join();
  link.lose();
  bench.publish_many(500);
  bench.publish_many(500);
  Link again(bench, "again");
  Texts texts = but_first(again.send(link.come_back("")));
  CHECK(texts.size() < 40);
  for (int i = 0; i < 1000 && texts.size() < 1010; ++i) {
    if (i % 100 == 0 && i < 1000) bench.publish({});
    for (std::string& text : again.take()) texts.push_back(std::move(text));
  }
  REQUIRE(texts.size() == 1010);
  for (size_t i = 0; i < texts.size(); ++i)
    REQUIRE(position_in(texts[i]) == "EPOC:" + std::to_string(i + 1) + ".0");
  CHECK(again.session->info().events_dropped == 0);
}

TEST_CASE("another shard's record is asked for, and what the client sends meanwhile waits") {
  ShardBench there(recovery_config()), here(recovery_config());
  here.peers.count = 3;
  Link link(there);
  link.join();
  there.publish({});
  here.dispatch(there.newest_batch);
  link.lose();
  there.publish({});
  here.dispatch(there.newest_batch);

  Link again(here, "again");
  CHECK(again.send(link.come_back("EPOC:1.0")).empty());
  CHECK(again.send(R"(421["join","x"])").empty());
  CHECK(again.send("40/custom,").empty());
  REQUIRE(here.peers.questions.size() == 2);
  const RecoveryQuestion question = here.peers.questions[0];
  CHECK(question.namespace_ == "/");
  here.recovery->answered(question.ticket, nullptr);
  CHECK(again.take().empty());
  here.recovery->answered(question.ticket, there.recovery->take(question.pid, question.namespace_));
  const Texts texts = again.take();
  REQUIRE(texts.size() == 4);
  again.note(texts);
  CHECK(again.sid == link.sid);
  CHECK(position_in(texts[1]) == "EPOC:2.0");
  CHECK(texts[2] == R"(431[{"ok":true}])");
  CHECK(texts[3].starts_with("40/custom,"));
  CHECK(there.recovery->records() == 0);
}

TEST_CASE("without an answer, or when nobody can be asked, a client begins anew") {
  ShardBench bench(recovery_config());
  bench.peers.count = 2;
  Link silent(bench);
  CHECK(silent.send(R"(40{"pid":"gone"})").empty());
  bench.advance_ms(2'100);
  CHECK(silent.take().size() == 1);
  // The answer comes after all: its client may try again.
  auto record = std::make_unique<RecoveryRecord>();
  record->pid = "gone";
  bench.recovery->answered(bench.peers.questions[0].ticket, std::move(record));
  CHECK(bench.recovery->records() == 1);

  bench.peers.full = true;
  Link busy(bench, "busy");
  CHECK(busy.send(R"(40{"pid":"unknown"})").size() == 1);
}

TEST_CASE("a shard that is behind what the client has of another sends nothing twice") {
  Config config = recovery_config();
  config.routes[2].fallback = false;
  ShardBench there(config), here(config);
  here.peers.count = 2;
  Link link(there);
  link.join();
  std::vector<RoutedBatchRef> batches;
  for (int i = 0; i < 3; ++i) {
    there.publish({});
    batches.push_back(there.newest_batch);
  }
  link.take();
  link.lose();

  Link page(there, "page");  // views are rendered
  page.join();
  here.dispatch(batches[0]);
  Link again(here, "again");
  again.send(link.come_back("EPOC:3.0"));
  const RecoveryQuestion question = here.peers.questions.at(0);
  here.recovery->answered(question.ticket, there.recovery->take(question.pid, question.namespace_));
  CHECK(again.take().size() == 1);
  here.dispatch(batches[1]);
  here.advance_ms(20);
  CHECK(again.take().empty());
  here.dispatch(batches[2]);
  here.advance_ms(20);
  CHECK(positions_in(again.take()) == Texts{"EPOC:3.1"});
  there.publish({});
  here.dispatch(there.newest_batch);
  CHECK(positions_in(again.take()) == Texts{"EPOC:4.0", "EPOC:4.1"});
}

TEST_CASE("a connection that is closing leaves what it did not send any more to its successor") {
  ShardBench bench(recovery_config());
  Link link(bench);
  link.join();
  bench.publish({});
  const std::string position = position_in(link.take().back());
  bench.advance_ms(200'000);  // pings were not answered: closing, not closed
  CHECK(link.transport.closed());
  bench.publish({});
  link.lose();
  Link again(bench, "again");
  CHECK(positions_in(but_first(again.send(link.come_back(position)))) == Texts{"EPOC:2.0"});
}
