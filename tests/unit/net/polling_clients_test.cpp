#include "net/polling/polling_clients.h"

#include <map>

#include "base/ids.h"
#include "support/catch.h"
#include "support/shard_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

constexpr size_t kShard = 2, kShards = 5, kMaxClients = 3;

/// The polling clients of one shard of several.
struct ClientsBench {
  PollRequest request(std::string_view method, std::string_view sid, std::string_view body = "") {
    PollRequest request;
    request.reply_to = {0, "c" + std::to_string(++requests)};
    request.sid = sid;
    request.method = method;
    request.version = "4";
    request.body = body;
    if (sid.empty()) request.session.query = {{"transport", "polling"}};
    return request;
  }
  /// "status body" of the answer at the end of the iteration, "" when it waits.
  std::string ask(const PollRequest& request) {
    clients.request(request);
    clients.flush();
    return answers[request.reply_to.connection_id];
  }
  std::string ask(std::string_view method, std::string_view sid, std::string_view body = "") {
    return ask(request(method, sid, body));
  }
  std::string open() {
    const std::string answer = ask("GET", "");
    const size_t at = answer.find("\"sid\":\"");
    return at == std::string::npos ? answer : answer.substr(at + 7, 20);
  }

  ShardBench shard;
  int requests = 0;
  std::map<std::string, std::string> answers;
  PollingClients clients{
      {shard.services, kShard, kShards, kMaxClients}, [this](const ReplyTo& reply_to, HttpResponse response) {
        answers[reply_to.connection_id] = std::to_string(response.status) + " " + response.body;
      }};
};

std::string error(int status, int code, std::string_view message) {
  return std::to_string(status) + R"( {"code":)" + std::to_string(code) + R"(,"message":")" +
         std::string(message) + "\"}";
}

}  // namespace

TEST_CASE("the sid of a polling client leads to its shard") {
  ClientsBench bench;
  const std::string sid = bench.open();
  REQUIRE(sid.size() == 20);
  CHECK(part_of_id(sid, kShards) == kShard);
  REQUIRE(bench.clients.find(sid) != nullptr);
  CHECK(bench.clients.find(sid)->id() == sid);
}

TEST_CASE("requests that make no sense have the reference server's errors, and harm nobody") {
  ClientsBench bench;
  const std::string sid = bench.open();
  CHECK(bench.ask("GET", "nobody") == error(400, 1, "Session ID unknown"));
  CHECK(bench.ask("PUT", "nobody") == error(400, 1, "Session ID unknown"));
  CHECK(bench.ask("PUT", sid) == error(500, 3, "Bad request"));
  PollRequest request = bench.request("GET", sid);
  request.websocket = true;
  CHECK(bench.ask(request) == error(400, 3, "Bad request"));
  request = bench.request("GET", sid);
  request.version = "3";
  CHECK(bench.ask(request) == error(400, 3, "Bad request"));
  CHECK(bench.ask("POST", sid, "6") == "200 ok");
}

TEST_CASE("there are only so many polling clients, and room again when one has gone") {
  ClientsBench bench;
  const std::string sid = bench.open();
  for (size_t i = 1; i < kMaxClients; ++i) bench.open();
  CHECK(bench.ask("GET", "").starts_with("503 "));
  CHECK(bench.clients.size() == kMaxClients);
  CHECK(bench.ask("POST", sid, "1").empty());  // answered with the GET that was on its way, or 100 ms later
  CHECK(bench.ask("GET", sid) == "200 6");
  CHECK(bench.clients.size() == kMaxClients - 1);
  CHECK(bench.ask("GET", "").starts_with("200 0{"));
}

TEST_CASE("a client whose time is over is gone for the request that finds out") {
  ClientsBench bench;
  const std::string sid = bench.open();
  bench.shard.clock.advance_us(85'000'000);  // a ping is due, and no timer has run
  CHECK(bench.ask("GET", sid) == "200 2");
  bench.shard.clock.advance_us(60'000'000);
  CHECK(bench.ask("POST", sid, "6") == error(400, 1, "Session ID unknown"));
}

TEST_CASE("a client that ends after the flush of an iteration is freed with nothing left that names it") {
  ClientsBench bench;
  const std::string sid = bench.open();
  bench.clients.request(bench.request("POST", sid, "2"));  // as a flush of connections may read it
  bench.clients.reap();
  CHECK(bench.clients.size() == 0);
  bench.clients.flush();
  CHECK(bench.answers["c2"] == error(400, 3, "Bad request"));
}

TEST_CASE("a request whose connection is gone is forgotten, of whatever session") {
  ClientsBench bench;
  const std::string sid = bench.open();
  const PollRequest waiting = bench.request("GET", sid);
  CHECK(bench.ask(waiting) == "");
  bench.clients.cancelled("nobody", waiting.reply_to);
  CHECK(bench.clients.size() == 1);
  bench.clients.cancelled(sid, waiting.reply_to);
  bench.clients.flush();
  CHECK(bench.clients.size() == 0);
  CHECK(bench.answers[waiting.reply_to.connection_id].empty());
}

TEST_CASE("draining ends all of them") {
  ClientsBench bench;
  const std::string sid = bench.open();
  bench.open();
  const PollRequest waiting = bench.request("GET", sid);
  CHECK(bench.ask(waiting) == "");
  bench.clients.drain();
  bench.clients.flush();
  CHECK(bench.clients.size() == 0);
  CHECK(bench.answers[waiting.reply_to.connection_id] == error(400, 1, "Session ID unknown"));
  bench.clients.reap();
}
