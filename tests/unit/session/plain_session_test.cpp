#include "session/plain_session.h"

#include <memory>
#include <seneca/json.hpp>

#include "support/catch.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"
#include "support/websocket_client.h"

using namespace relay;
using namespace relay::test;

namespace {

using Texts = std::vector<std::string>;
using Query = std::vector<std::pair<std::string, std::string>>;

struct Client {
  explicit Client(ShardBench& shard, Query query = {}) : bench(shard) {
    request.query = std::move(query);
    session = std::make_unique<PlainSession>("s1", bench.services, transport);
    started = session->start(request);
  }
  ~Client() { session->closed("test over"); }

  Texts take() { return take_texts(*session); }
  Texts send(std::string_view text) {
    session->receive_text(text);
    return take();
  }
  /// The offsets of the events that come until nothing more does; -1 for a gap.
  std::vector<int64_t> take_all_offsets() {
    std::vector<int64_t> offsets;
    for (int idle = 0; idle < 3; ++idle) {
      for (const std::string& text : take()) {
        idle = 0;
        const seneca::JsonView json(text);
        offsets.push_back(json.get("type").equals("seneca.gap") ? -1
                                                                : std::stoll(json.get("sequence").string()));
      }
      bench.advance_ms(10);
    }
    return offsets;
  }

  ShardBench& bench;
  FakeTransport transport;
  SessionRequest request;
  std::unique_ptr<PlainSession> session;
  Status started;
};

std::vector<int64_t> range(int64_t from, int64_t to) {
  std::vector<int64_t> offsets;
  for (; from <= to; ++from) offsets.push_back(from);
  return offsets;
}

}  // namespace

TEST_CASE("without a query every event comes as one CloudEvent") {
  ShardBench bench;
  Client client(bench);
  REQUIRE(client.started);
  CHECK(client.take().empty());
  bench.publish({.type = "a.b"});
  const Texts texts = client.take();
  REQUIRE(texts.size() == 1);
  const seneca::JsonView json(texts[0]);
  CHECK(json.get("specversion").equals("1.0"));
  CHECK(json.get("type").equals("a.b"));
  CHECK(json.get("sequence").equals("1"));
  CHECK(json.get("data").raw() == R"({"n":1})");
}

TEST_CASE("match, filter and room choose what comes") {
  ShardBench bench;
  Client by_type(bench, {{"match", "agent.*, task.**"}, {"match", "x"}});
  Client by_filter(bench, {{"filter", "data.n == 2"}});
  Client by_room(bench, {{"room", "observers,ops"}});
  Client none(bench, {{"match", "none"}});
  bench.publish_all({{.type = "agent.a"},
                     {.type = "task.b.c"},
                     {.type = "x"},
                     {.type = "other", .data = R"({"n":2})"},
                     {.type = "other", .room = "ops"}});
  CHECK(by_type.take_all_offsets() == std::vector<int64_t>{1, 2, 3});
  CHECK(by_filter.take_all_offsets() == std::vector<int64_t>{4});
  CHECK(by_room.take_all_offsets() == std::vector<int64_t>{1, 5});
  CHECK(none.take_all_offsets().empty());
}

TEST_CASE("the seed's shape can be asked for") {
  ShardBench bench;
  Client client(bench, {{"format", "seed"}});
  bench.publish({.type = "a.b"});
  CHECK(client.take()[0].starts_with(R"({"type":"a.b","timestamp":)"));
}

TEST_CASE("a bad query refuses the client and names the part") {
  ShardBench bench;
  const auto code = [&bench](Query query) {
    const Client client(bench, std::move(query));
    return client.started ? "" : client.started.error().code;
  };
  CHECK(code({{"match", "a..b"}}) == "bad_pattern");
  CHECK(code({{"filter", "type =="}}) == "bad_filter");
  CHECK(code({{"room", "a*"}}) == "bad_room");
  CHECK(code({{"format", "xml"}}) == "bad_format");
  CHECK(code({{"since", "yesterday"}}) == "bad_since");
  CHECK(code({{"since", "7"}}) == "offset_in_future");
  CHECK(code({{"last", "-1"}}) == "bad_last");
  CHECK(code({{"last", "1"}, {"since", "1"}}) == "bad_last");
  CHECK(bench.hub.filter_classes() == 0);
}

TEST_CASE("every text received is one event to publish") {
  ShardBench bench;
  Client client(bench);
  CHECK(client.send(R"({"type":"a.b","data":{"x":1}})").empty());
  REQUIRE(bench.publisher.submissions.size() == 1);
  CHECK(bench.publisher.submissions[0].events[0]->type() == "a.b");
  CHECK(bench.publisher.submissions[0].token == 0);
}

TEST_CASE("a text that is no event is answered with the reason and changes nothing else") {
  ShardBench bench;
  Client client(bench);
  CHECK(client.send("{")[0].starts_with(R"({"error":{"code":"bad_json","message":")"));
  CHECK(client.send("[1]")[0].starts_with(R"({"error":{"code":"not_object",)"));
  client.session->receive_binary("x");
  CHECK(client.take()[0].starts_with(R"({"error":{"code":"binary_message",)"));
  CHECK(bench.counters.messages_refused == 3);
  CHECK_FALSE(client.transport.closed());
  CHECK(client.send(R"({"type":"a","data":1})").empty());
}

TEST_CASE("history comes before live events, without gap or duplicate") {
  ShardBench bench;
  bench.publish_many(700);
  Client client(bench, {{"since", "1"}});
  REQUIRE(client.started);
  std::vector<int64_t> offsets;
  // More events come while the past is read.
  for (int i = 0; i < 30; ++i) {
    bench.publish_many(3);
    for (const std::string& text : client.take())
      offsets.push_back(std::stoll(seneca::JsonView(text).get("sequence").string()));
    bench.advance_ms(5);
  }
  for (const int64_t offset : client.take_all_offsets()) offsets.push_back(offset);
  CHECK(offsets == range(1, 790));
}

TEST_CASE("history catches up although events come faster than one step a slot") {
  ShardBench bench(ShardBench::default_config(), 100'000);
  bench.publish_many(2000);
  Client client(bench, {{"since", "1"}});
  for (int i = 0; i < 100; ++i) {
    bench.publish_many(50);
    client.take();
    bench.advance_ms(5);
  }
  client.take();
  bench.publish_many(1);
  CHECK(client.take().size() == 1);
  CHECK(bench.hub.filter_classes() == 1);
}

TEST_CASE("history waits for a client that does not read") {
  ShardBench bench;
  bench.publish_many(900);
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = 100;
  bench.services.config = std::make_shared<const Config>(config);
  Client client(bench, {{"since", "1"}});
  bench.advance_ms(1000);
  CHECK(client.session->outbox().messages() == 50);
  CHECK(client.take_all_offsets() == range(1, 900));
}

TEST_CASE("events in the mailbox of the shard are not read before they are dispatched") {
  ShardBench bench;
  bench.publish_many(5);
  bench.append({{}, {}});
  Client client(bench, {{"since", "3"}});
  CHECK(client.take_all_offsets() == range(3, 5));
  bench.dispatch_pending();
  CHECK(client.take_all_offsets() == range(6, 7));
}

TEST_CASE("a position the shard has not reached yet is waited for") {
  ShardBench bench;
  bench.publish_many(5);
  bench.append({{}, {}, {}});
  Client client(bench, {{"since", "7"}});
  REQUIRE(client.started);
  CHECK(client.take_all_offsets().empty());
  bench.dispatch_pending();
  CHECK(client.take_all_offsets() == range(7, 8));
  bench.publish_many(1);
  CHECK(client.take_all_offsets() == range(9, 9));
}

TEST_CASE("what the log has let go of is told") {
  ShardBench bench(ShardBench::default_config(), 10);
  bench.publish_many(30);
  Client client(bench, {{"since", "15"}});
  bench.advance_ms(10);
  const Texts texts = client.take();
  REQUIRE(texts.size() == 11);
  const seneca::JsonView gap(texts[0]);
  CHECK(gap.get("type").equals("seneca.gap"));
  CHECK(gap.get("data").raw() == R"({"skipped":6,"from":15,"to":20,"reason":"offset_expired"})");
}

TEST_CASE("since 0 is the oldest event held, and no gap") {
  ShardBench bench(ShardBench::default_config(), 10);
  bench.publish_many(30);
  Client client(bench, {{"since", "0"}});
  CHECK(client.take_all_offsets() == range(21, 30));
}

TEST_CASE("since takes a duration and a time") {
  ShardBench bench;
  bench.clock.set_wall_us(1772582400'000000 + 60'000000);  // the events are a minute old
  bench.publish_many(3);
  Client wide(bench, {{"since", "5m"}}), narrow(bench, {{"since", "30s"}});
  Client at(bench, {{"since", "2026-03-04T00:00:00Z"}}), after(bench, {{"since", "2026-03-04T00:00:01Z"}});
  CHECK(wide.take_all_offsets() == range(1, 3));
  CHECK(narrow.take_all_offsets().empty());
  CHECK(at.take_all_offsets() == range(1, 3));
  CHECK(after.take_all_offsets().empty());
  bench.publish_many(1);
  CHECK(after.take_all_offsets() == range(4, 4));
}

TEST_CASE("the last events are the last that match") {
  ShardBench bench;
  for (int i = 0; i < 600; ++i) bench.publish({.type = i % 100 == 0 ? "rare" : "common"});
  Client rare(bench, {{"last", "3"}, {"match", "rare"}}), all(bench, {{"last", "2"}}),
      none(bench, {{"last", "0"}});
  Client more(bench, {{"last", "9999"}});
  CHECK(rare.take_all_offsets() == std::vector<int64_t>{301, 401, 501});
  CHECK(all.take_all_offsets() == range(599, 600));
  CHECK(none.take_all_offsets().empty());
  CHECK(more.take_all_offsets() == range(1, 600));
  bench.publish({.type = "rare"});
  CHECK(rare.take_all_offsets() == range(601, 601));
}

TEST_CASE("history by room knows the rooms events were routed to") {
  ShardBench bench;
  bench.publish_all({{.type = "agent.a"}, {.type = "other"}, {.type = "other", .room = "observers"}});
  Client client(bench, {{"room", "observers"}, {"since", "1"}});
  CHECK(client.take_all_offsets() == std::vector<int64_t>{1, 3});
}

TEST_CASE("what came from files older than the relay is history, not news") {
  ShardBench bench;
  Client live(bench);
  bench.publish_all({{.backfill = true}, {}});
  Client past(bench, {{"since", "1"}});
  CHECK(live.take_all_offsets() == range(2, 2));
  CHECK(past.take_all_offsets() == range(1, 2));
}

TEST_CASE("a slow plain client is told what it missed as an event") {
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = 4;
  ShardBench bench(config);
  Client client(bench);
  bench.publish_many(10);
  CHECK(client.take_all_offsets() == std::vector<int64_t>{7, 8, 9, 10, -1});
}

TEST_CASE("a silent peer is pinged and given up after two intervals") {
  Config config = ShardBench::default_config();
  config.performance.heartbeat_interval = 10;
  ShardBench bench(config);
  Client silent(bench), answering(bench), publishing(bench);
  for (int i = 0; i < 9; ++i) {
    bench.advance_ms(5000);
    answering.session->pong();
    publishing.session->receive_text("{}");
  }
  CHECK(silent.transport.pings == 2);
  CHECK(silent.transport.close_code == 1008);
  CHECK(answering.transport.pings == 4);
  CHECK_FALSE(answering.transport.closed());
  CHECK_FALSE(publishing.transport.closed());
}

TEST_CASE("heartbeat 0 is none") {
  Config config = ShardBench::default_config();
  config.performance.heartbeat_interval = 0;
  ShardBench bench(config);
  Client client(bench);
  bench.advance_ms(100'000);
  CHECK(client.transport.pings == 0);
}

TEST_CASE("a full intake stops the reading of a plain client until it has room") {
  ShardBench bench;
  Client client(bench);
  bench.publisher.full = true;
  client.send(R"({"type":"a","data":1})");
  client.send(R"({"type":"b","data":1})");
  CHECK(client.transport.paused);
  bench.publisher.full = false;
  bench.advance_ms(30);
  CHECK_FALSE(client.transport.paused);
  CHECK(bench.publisher.submissions.size() == 2);
}

TEST_CASE("a session that ends while the intake is full offers nothing more") {
  ShardBench bench;
  {
    Client client(bench);
    bench.publisher.full = true;
    client.send(R"({"type":"a","data":1})");
  }
  bench.publisher.full = false;
  bench.advance_ms(100);
  CHECK(bench.publisher.submissions.empty());
}

TEST_CASE("live events go compressed to a client that agreed to it, the past and replies do not") {
  ShardBench bench;
  const EventSpec long_event = {.data = '"' + std::string(1000, 'x') + '"'};
  bench.publish(long_event);
  FakeTransport transport;
  PlainSession session("s1", bench.services, transport);
  SessionRequest request;
  request.query = {{"last", "1"}};
  request.coding = FrameCoding::deflated;
  REQUIRE(session.start(request));
  const auto take_frame = [&session] {
    const ServerStream stream = parse_server_frames(take_bytes(session), true);
    REQUIRE(stream.fault.empty());
    REQUIRE(stream.frames.size() == 1);
    return stream.frames[0];
  };
  bench.advance_ms(10);
  CHECK_FALSE(take_frame().deflated);
  bench.publish(long_event);
  CHECK(take_frame().deflated);
  session.receive_binary(std::string(1000, 'x'));
  CHECK_FALSE(take_frame().deflated);
  session.closed("test over");
}
