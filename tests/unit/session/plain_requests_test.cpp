#include <algorithm>
#include <memory>
#include <seneca/json.hpp>

#include "codec/zstd_body.h"
#include "codec/zstd_encoder.h"
#include "session/plain_session.h"
#include "support/catch.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

using Texts = std::vector<std::string>;

struct Client {
  explicit Client(ShardBench& shard) : bench(shard) {
    SessionRequest request;
    request.subprotocol = "seneca.v1.json";
    session = std::make_unique<PlainSession>("s1", bench.services, transport);
    REQUIRE(session->start(request));
    hello = take_texts(*session);
  }
  ~Client() { session->closed("test over"); }

  Texts send(std::string_view text) {
    session->receive_text(text);
    return take_texts(*session);
  }
  /// The code of the error that answers `text`, or "" when something else does.
  std::string code_of(std::string_view text) {
    const Texts texts = send(text);
    return texts.empty() ? "" : seneca::JsonView(texts[0]).get("code").string();
  }
  std::vector<int64_t> take_offsets() {
    std::vector<int64_t> offsets;
    for (int idle = 0; idle < 3; ++idle, bench.advance_ms(10))
      for (const std::string& text : take_texts(*session)) {
        idle = 0;
        offsets.push_back(std::stoll(seneca::JsonView(text).pointer("/event/sequence").string()));
      }
    return offsets;
  }

  ShardBench& bench;
  FakeTransport transport;
  std::unique_ptr<PlainSession> session;
  Texts hello;
};

using Offsets = std::vector<int64_t>;

}  // namespace

TEST_CASE("a v1 session is greeted and gets nothing it did not ask for") {
  ShardBench bench;
  bench.publish_many(3);
  Client client(bench);
  CHECK(client.hello ==
        Texts{R"({"op":"hello","session":"s1","epoch":"EPOCH","offset":3,"server":"seneca/0.1.0"})"});
  bench.publish_many(1);
  CHECK(client.take_offsets().empty());
}

TEST_CASE("a subscription is confirmed with the offset it follows") {
  ShardBench bench;
  bench.publish_many(3);
  Client client(bench);
  CHECK(client.send(R"({"op":"subscribe","id":1,"match":"agent.*"})") ==
        Texts{R"({"op":"reply","id":1,"ok":true,"offset":3})"});
  bench.publish_all({{.type = "agent.a"}, {.type = "other"}});
  CHECK(client.take_offsets() == Offsets{4});
}

TEST_CASE("an operation without id gets no reply") {
  ShardBench bench;
  Client client(bench);
  CHECK(client.send(R"({"op":"subscribe"})").empty());
  CHECK(client.send(R"({"op":"ping"})").empty());
  CHECK(client.send(R"({"op":"ping","id":5})") == Texts{R"({"op":"reply","id":5,"ok":true})"});
}

TEST_CASE("an event that several subscriptions match comes once") {
  ShardBench bench;
  Client client(bench);
  client.send(R"({"op":"subscribe","sub":"a","match":"agent.*"})");
  client.send(R"({"op":"subscribe","sub":"b"})");
  client.send(R"({"op":"join","room":"observers"})");
  bench.publish_all({{.type = "agent.a"}, {.type = "x"}});
  CHECK(client.take_offsets() == Offsets{1, 2});
}

TEST_CASE("the past of a second subscription leaves out what the first has brought") {
  ShardBench bench;
  bench.publish_all({{.type = "agent.a"}, {.type = "x"}});
  Client client(bench);
  client.send(R"({"op":"subscribe","sub":"a","match":"agent.*"})");
  bench.publish_all({{.type = "agent.b"}, {.type = "y"}});
  CHECK(client.take_offsets() == Offsets{3});
  client.send(R"({"op":"subscribe","sub":"all","since":1})");
  CHECK(client.take_offsets() == Offsets{1, 2, 4});
}

TEST_CASE("two subscriptions that catch up together bring an event once") {
  ShardBench bench;
  for (int i = 0; i < 300; ++i) bench.publish_all({{.type = "a"}, {.type = "b"}});
  Client client(bench);
  client.session->receive_text(R"({"op":"subscribe","sub":"a","match":"a","last":10})");
  client.session->receive_text(R"({"op":"subscribe","sub":"all","last":30})");
  Offsets offsets = client.take_offsets();
  std::sort(offsets.begin(), offsets.end());
  CHECK(offsets.size() == 30);
  CHECK(std::unique(offsets.begin(), offsets.end()) == offsets.end());
  CHECK(offsets.front() == 571);
}

TEST_CASE("what rooms brought is not brought again by a subscription's past") {
  ShardBench bench;
  Client client(bench);
  client.send(R"({"op":"join","room":"observers"})");
  bench.publish_all({{.type = "agent.a"}, {.type = "x"}});
  CHECK(client.take_offsets() == Offsets{1});
  client.send(R"({"op":"subscribe","since":1})");
  CHECK(client.take_offsets() == Offsets{2});
}

TEST_CASE("unsubscribing ends one subscription, and equal ones stay") {
  ShardBench bench;
  Client client(bench);
  client.send(R"({"op":"subscribe","sub":"one","match":"a"})");
  client.send(R"({"op":"subscribe","sub":"two","match":"a"})");
  CHECK(client.send(R"({"op":"unsubscribe","sub":"one","id":1})") ==
        Texts{R"({"op":"reply","id":1,"ok":true})"});
  bench.publish({.type = "a"});
  CHECK(client.take_offsets() == Offsets{1});
  client.send(R"({"op":"unsubscribe","sub":"two"})");
  bench.publish({.type = "a"});
  CHECK(client.take_offsets().empty());
  CHECK(client.code_of(R"({"op":"unsubscribe","sub":"two","id":2})") == "unknown_sub");
}

TEST_CASE("a subscription of the same name replaces the one before") {
  ShardBench bench;
  Client client(bench);
  client.send(R"({"op":"subscribe","match":"a"})");
  client.send(R"({"op":"subscribe","match":"b"})");
  bench.publish_all({{.type = "a"}, {.type = "b"}});
  CHECK(client.take_offsets() == Offsets{2});
}

TEST_CASE("rooms are joined and left; room errors are named") {
  Config config = ShardBench::default_config();
  config.rooms.max_room_size = 1;
  ShardBench bench(config);
  Client client(bench), other(bench);
  client.send(R"({"op":"join","room":"ops"})");
  bench.publish({.type = "x", .room = "ops"});
  CHECK(client.take_offsets() == Offsets{1});
  CHECK(other.code_of(R"({"op":"join","room":"ops"})") == "room_full");
  CHECK(other.code_of(R"({"op":"join","room":"a*"})") == "bad_room");
  CHECK(other.code_of(R"({"op":"join"})") == "bad_room");
  CHECK(other.code_of(R"({"op":"leave","room":"ops"})") == "not_joined");
  client.send(R"({"op":"leave","room":"ops"})");
  bench.publish({.type = "x", .room = "ops"});
  CHECK(client.take_offsets().empty());
  CHECK(other.code_of(R"({"op":"join","room":"ops"})").empty());
}

TEST_CASE("resume goes on behind the last event received") {
  ShardBench bench;
  bench.publish_many(5);
  Client client(bench);
  CHECK(client.send(R"({"op":"resume","id":1,"epoch":"EPOCH","offset":3})") ==
        Texts{R"({"op":"reply","id":1,"ok":true,"offset":5})"});
  CHECK(client.take_offsets() == Offsets{4, 5});
  bench.publish_many(1);
  CHECK(client.take_offsets() == Offsets{6});
}

TEST_CASE("a resume that cannot be is answered with why") {
  ShardBench bench(ShardBench::default_config(), 10);
  bench.publish_many(30);
  Client client(bench);
  CHECK(client.code_of(R"({"op":"resume","epoch":"OTHER","offset":3})") == "epoch_changed");
  CHECK(client.code_of(R"({"op":"resume","offset":3})") == "epoch_changed");
  CHECK(client.code_of(R"({"op":"resume","epoch":"EPOCH","offset":19})") == "offset_expired");
  CHECK(client.code_of(R"({"op":"resume","epoch":"EPOCH","offset":31})") == "offset_in_future");
  CHECK(client.code_of(R"({"op":"resume","epoch":"EPOCH"})") == "missing_field");
  CHECK(client.code_of(R"({"op":"resume","epoch":"EPOCH","offset":20})").empty());
  CHECK(client.take_offsets().size() == 10);
}

TEST_CASE("of several events under one key the last counts, however the key is written") {
  ShardBench bench;
  Client client(bench);
  for (const std::string_view message :
       {R"({"op":"publish","event":{"type":"a","data":1},"event":{"type":"b","data":2}})",
        R"({"op":"publish","event":{"type":"a","data":1},"\u0065vent":{"type":"b","data":2}})",
        R"({"op":"publish","\u0065vent":{"type":"a","data":1},"event":{"type":"b","data":2}})"}) {
    INFO(message);
    CHECK(client.send(std::string(message)).empty());
    const auto& events = bench.publisher.submissions.back().events;
    REQUIRE(events.size() == 1);
    CHECK(events[0]->type() == "b");
    CHECK(events[0]->data() == "2");
  }
}

TEST_CASE("what is wrong with a published event is said as for an event by itself") {
  ShardBench bench;
  Client client(bench);
  const auto error = [&client](const std::string& event) {
    const Texts answer = client.send(R"({"op":"publish","event":)" + event + "}");
    REQUIRE(answer.size() == 1);
    return seneca::JsonView(answer[0]).get("code").string();
  };
  CHECK(error("5") == "not_object");
  CHECK(error("[]") == "not_object");
  CHECK(error(R"({"type":"a","type":"b","data":1})") == "duplicate_key");
  CHECK(error(R"({"type":"a b","data":1})") == "bad_type");
  CHECK(error(R"({"type":1,"data":1})") == "bad_field");
  CHECK(error(R"({"type":"a","data":"\ud800"})") == "bad_json");
  CHECK(bench.publisher.submissions.empty());
}

TEST_CASE("a publication is answered when the pipeline has taken it") {
  ShardBench bench;
  Client client(bench);
  CHECK(client.send(R"({"op":"publish","id":9,"events":[{"type":"a","data":1},{"type":"b","data":2}]})")
            .empty());
  REQUIRE(bench.publisher.submissions.size() == 1);
  CHECK(bench.publisher.submissions[0].events.size() == 2);
  client.session->published(bench.publisher.submissions[0].token, {4, 5, 2, 0, ""});
  CHECK(
      take_texts(*client.session) ==
      Texts{R"({"op":"reply","id":9,"ok":true,"first_offset":4,"last_offset":5,"accepted":2,"rejected":0})"});
}

TEST_CASE("a publication that a plugin refused is not ok") {
  ShardBench bench;
  Client client(bench);
  client.send(R"({"op":"publish","id":9,"event":{"type":"a","data":1}})");
  client.session->published(bench.publisher.submissions[0].token, {0, 0, 0, 1, "bad"});
  CHECK(
      take_texts(*client.session) ==
      Texts{
          R"({"op":"reply","id":9,"ok":false,"first_offset":0,"last_offset":0,"accepted":0,"rejected":1,"reason":"bad"})"});
}

TEST_CASE("a publication without ack is not waited for") {
  ShardBench bench;
  Client client(bench);
  CHECK(client.send(R"({"op":"publish","event":{"type":"a","data":1}})").empty());
  CHECK(client.send(R"({"op":"publish","id":1,"ack":false,"event":{"type":"a","data":1}})").empty());
  for (const auto& submission : bench.publisher.submissions) CHECK(submission.token == 0);
  CHECK(client.code_of(R"({"op":"publish","ack":true,"event":{"type":"a"}})") == "missing_field");
}

TEST_CASE("no events at all are accepted at once") {
  ShardBench bench;
  Client client(bench);
  CHECK(
      client.send(R"({"op":"publish","id":1,"events":[]})") ==
      Texts{R"({"op":"reply","id":1,"ok":true,"first_offset":0,"last_offset":0,"accepted":0,"rejected":0})"});
}

TEST_CASE("a request that cannot be read is answered with its id and the reason") {
  ShardBench bench;
  Client client(bench);
  CHECK(client.send(R"({"op":"subscribe","id":4,"match":"a..b"})")[0].starts_with(
      R"({"op":"error","id":4,"code":"bad_pattern","message":")"));
  CHECK(client.code_of(R"({"op":"subscribe","filter":"type =="})") == "bad_filter");
  CHECK(client.code_of(R"({"op":"subscribe","format":"xml"})") == "bad_format");
  CHECK(client.code_of(R"({"op":"subscribe","last":1,"since":"1"})") == "bad_last");
  CHECK(client.code_of(R"({"op":"publish"})") == "missing_field");
  CHECK(client.code_of(R"({"op":"publish","event":{},"events":[]})") == "bad_field");
  CHECK(client.code_of("nonsense") == "bad_json");
  CHECK(bench.counters.messages_refused == 7);
  CHECK_FALSE(client.transport.closed());
}

TEST_CASE("there is a limit to the subscriptions of a session") {
  ShardBench bench;
  Client client(bench);
  for (int i = 0; i < 64; ++i) client.send(R"({"op":"subscribe","sub":")" + std::to_string(i) + "\"}");
  CHECK(client.code_of(R"({"op":"subscribe","sub":"more"})") == "too_many_subscriptions");
  CHECK(client.code_of(R"({"op":"join","room":"more"})") == "too_many_subscriptions");
  CHECK(client.code_of(R"({"op":"subscribe","sub":"5"})").empty());
}

TEST_CASE("a slow v1 client gets a gap message") {
  Config config = ShardBench::default_config();
  config.performance.message_queue_size = 4;
  ShardBench bench(config);
  Client client(bench);
  client.send(R"({"op":"subscribe"})");
  bench.publish_many(10);
  CHECK(take_texts(*client.session).size() == 4);
  CHECK(take_texts(*client.session) ==
        Texts{R"({"op":"gap","skipped":6,"from":1,"to":6,"reason":"queue_full"})"});
}

TEST_CASE("a relay that stops says bye behind everything that waits") {
  ShardBench bench;
  Client client(bench);
  client.send(R"({"op":"subscribe"})");
  bench.publish_many(1);
  client.session->drain();
  const Texts texts = take_texts(*client.session);
  REQUIRE(texts.size() == 2);
  CHECK(texts[1] == R"({"op":"bye","reason":"restart"})");
}

TEST_CASE("with seneca.v1.zstd everything comes compressed, and text or zstd is taken") {
  Config config = ShardBench::default_config();
  config.server.max_http_buffer_size = 2000;
  ShardBench bench(config);
  FakeTransport transport;
  PlainSession session("s1", bench.services, transport);
  SessionRequest request;
  request.subprotocol = "seneca.v1.zstd";
  REQUIRE(session.start(request));
  const auto take = [&session] {
    Texts texts;
    for (const std::string& frame : take_texts(session))
      texts.push_back(decompress_zstd(frame, 10'000).value_or("not zstd"));
    return texts;
  };
  const auto answer_to = [&](std::string_view binary) {
    session.receive_binary(binary);
    const Texts texts = take();
    return texts.size() == 1 ? texts[0] : "no answer";
  };
  ZstdEncoder encoder;
  CHECK(take().at(0).starts_with(R"({"op":"hello")"));
  session.receive_text(R"({"op":"subscribe","id":1})");
  CHECK(take() == Texts{R"({"op":"reply","id":1,"ok":true,"offset":0})"});
  CHECK(answer_to(encoder.encode(R"({"op":"ping","id":2})")) == R"({"op":"reply","id":2,"ok":true})");
  bench.publish({});
  CHECK(take().at(0).starts_with(R"({"op":"event","event":{"specversion")"));
  CHECK(session.info().protocol == "ws.v1.zstd");

  const std::string bad = R"({"op":"error","code":"bad_zstd")";
  CHECK(answer_to(R"({"op":"ping","id":3})").starts_with(bad));
  CHECK(answer_to("").starts_with(bad));
  CHECK(answer_to(encoder.encode("{}") + "x").starts_with(bad));
  CHECK(answer_to(encoder.encode(std::string(2001, ' ')))
            .starts_with(R"({"op":"error","code":"body_too_large")"));
  CHECK(answer_to(encoder.encode("\xff")).starts_with(R"({"op":"error","code":"bad_json")"));
  CHECK(bench.counters.messages_refused == 5);
  CHECK_FALSE(transport.closed());
  session.closed("test over");
}
