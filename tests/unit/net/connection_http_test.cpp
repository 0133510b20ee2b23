#include "support/catch.h"
#include "support/connection_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

std::string get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) + "\r\n";
}
std::string publish(std::string_view body, std::string_view headers = "") {
  return "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
         "application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

constexpr const char* kEvent = R"({"type":"a.b","data":1})";

int status_of(std::string_view answer) {
  if (answer.rfind("HTTP/1.1 ", 0) != 0) return 0;
  return std::stoi(std::string(answer.substr(9, 3)));
}

size_t count_of(std::string_view text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
    ++count;
  return count;
}

bool holds(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

}  // namespace

TEST_CASE("a connection answers one request after the other") {
  ConnectionBench bench;
  for (int i = 0; i < 3; ++i) {
    const std::string answer = bench.ask(get("/healthz"));
    CHECK(status_of(answer) == 200);
    CHECK(holds(answer, "Connection: keep-alive"));
    CHECK(after_head(answer) == "ok\n");
  }
  CHECK(status_of(bench.ask(get("/healthz", "Connection: close\r\n"))) == 200);
  CHECK(bench.wire.finished);
  CHECK(bench.ask(get("/healthz")).empty());
  CHECK(bench.wire.breach.empty());
}

TEST_CASE("requests sent without waiting are answered in their order, wherever they are cut") {
  const std::string requests = get("/healthz") + publish(kEvent) + get("/nothing") + get("/readyz") +
                               "OPTIONS /ws HTTP/1.1\r\nHost: h\r\n\r\n";
  for (size_t piece = 1; piece <= requests.size(); piece += piece < 20 ? 1 : 37) {
    ConnectionBench bench;
    for (size_t at = 0; at < requests.size(); at += piece)
      bench.receive(std::string_view(requests).substr(at, piece));
    std::string answers = bench.take();
    CHECK(count_of(answers, "HTTP/1.1 ") == 1);  // the others wait for the publication
    REQUIRE(bench.shard.publisher.submissions.size() == 1);
    bench.connection.on_published(bench.shard.publisher.submissions[0].token, {7, 7, 1, 0, ""});
    bench.turn();
    answers += bench.take();
    const size_t ok = answers.find("ok\n"), accepted = answers.find("\"first_offset\":7");
    const size_t missing = answers.find("\"not_found\""), ready = answers.find("ready\n");
    const size_t preflight = answers.find("204 No Content");
    INFO("pieces of " << piece << ": " << answers);
    CHECK(ok < accepted);
    CHECK(accepted < missing);
    CHECK(missing < ready);
    CHECK(ready < preflight);
    CHECK(preflight != std::string::npos);
    CHECK(count_of(answers, "HTTP/1.1 ") == 5);
  }
}

TEST_CASE("what comes while an answer is awaited is left in the socket beyond a bound") {
  ConnectionBench bench;
  bench.receive(publish(kEvent));
  bench.receive(std::string(kMaxHeadBytes - 1, 'x'));
  CHECK_FALSE(bench.wire.paused);
  bench.receive("xx");
  CHECK(bench.wire.paused);
  bench.connection.on_published(1, {1, 1, 1, 0, ""});
  bench.turn();
  CHECK_FALSE(bench.wire.paused);
  CHECK(count_of(bench.take(), "HTTP/1.1 431") == 1);
}

TEST_CASE("a body that is too large is refused by its head") {
  Config config = ShardBench::default_config();
  config.server.max_http_buffer_size = 1000;
  ConnectionBench bench(config);
  const std::string answer = bench.ask(
      "POST /api/v1/events HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
  CHECK(status_of(answer) == 413);
  CHECK(holds(answer, "Connection: close"));
  CHECK(bench.wire.finished);
}

TEST_CASE("a client that waits for permission to send its body gets it") {
  ConnectionBench bench;
  const std::string request = publish(kEvent, "Expect: 100-continue\r\n");
  const size_t head = request.size() - std::string_view(kEvent).size();
  CHECK(bench.ask(request.substr(0, head)) == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(bench.ask(request.substr(head)).empty());
  CHECK(bench.shard.publisher.submissions.size() == 1);
}

TEST_CASE("a head that trickles in is given up after five seconds") {
  ConnectionBench bench;
  for (int i = 0; i < 4; ++i) {
    bench.advance_ms(1200);
    CHECK(bench.ask("G").empty());
  }
  bench.advance_ms(4000);
  const std::string answer = bench.take();
  CHECK(status_of(answer) == 408);
  CHECK(bench.wire.finished);
  bench.advance_ms(3000);
  CHECK(bench.wire.killed);
}

TEST_CASE("a body that does not come is given up, later the longer it is") {
  for (const auto& [length, seconds] : {std::pair(100, 10), std::pair(64 * 1024 * 10, 20)}) {
    ConnectionBench bench;
    bench.receive("POST /api/v1/events HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) +
                  "\r\n\r\n{");
    bench.advance_ms(seconds * 1000 - 100);
    CHECK(bench.take().empty());
    bench.advance_ms(300);
    CHECK(status_of(bench.take()) == 408);
  }
}

TEST_CASE("an idle connection ends without a word") {
  ConnectionBench bench;
  (void)bench.ask(get("/healthz"));
  bench.advance_ms(14900);
  CHECK_FALSE(bench.wire.finished);
  bench.advance_ms(300);
  CHECK(bench.wire.finished);
  CHECK(bench.take().empty());
  bench.advance_ms(2100);
  CHECK(bench.wire.killed);
}

TEST_CASE("a publication nobody answers for becomes 503") {
  ConnectionBench bench;
  bench.receive(publish(kEvent));
  bench.advance_ms(30100);
  CHECK(status_of(bench.take()) == 503);
  bench.connection.on_published(1, {1, 1, 1, 0, ""});
  bench.turn();
  CHECK(bench.take().empty());
}

TEST_CASE("the answer to HEAD has no body, and the next answer has one again") {
  ConnectionBench bench;
  const std::string head = bench.ask("HEAD /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(status_of(head) == 200);
  CHECK(holds(head, "Content-Length: 3"));
  CHECK(after_head(head).empty());
  CHECK(holds(after_head(bench.ask("GET / HTTP/1.1\nHost: h\r\n\r\n")), "bad_request"));
}

TEST_CASE("a preflight names what a page may send, to listed origins only") {
  ConnectionBench bench;
  const auto ask = [&bench](const std::string& origin) {
    return bench.ask(
        "OPTIONS /api/v1/events HTTP/1.1\r\nHost: h\r\nOrigin: " + origin +
        "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\r\n");
  };
  const std::string listed = ask("http://localhost:3000");
  CHECK(status_of(listed) == 204);
  CHECK(holds(listed, "Access-Control-Allow-Methods: POST, GET, HEAD, OPTIONS"));
  CHECK(holds(listed, "Access-Control-Allow-Headers: content-type"));
  CHECK(holds(listed, "Access-Control-Allow-Origin: http://localhost:3000"));
  CHECK_FALSE(holds(ask("http://evil"), "Access-Control-Allow-Origin"));
}

TEST_CASE("unknown paths are 404 and known ones with another method 405") {
  ConnectionBench bench;
  CHECK(status_of(bench.ask(get("/nothing"))) == 404);
  CHECK(status_of(bench.ask(get("/healthz/"))) == 404);
  const std::string refused = bench.ask("DELETE /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(status_of(refused) == 405);
  CHECK(holds(refused, "Allow: GET, HEAD, OPTIONS\r\n"));
  CHECK(status_of(bench.ask("OPTIONS /nothing HTTP/1.1\r\nHost: h\r\n\r\n")) == 404);
}

TEST_CASE(
    "a stream dies when its client leaves what was written unacknowledged, like a WebSocket without pongs") {
  Config config = ShardBench::default_config();
  config.server.ping_interval = 3;
  config.server.ping_timeout = 4;
  ConnectionBench bench(config);
  CHECK(status_of(bench.ask(get("/events"))) == 200);
  CHECK(bench.wire.unacknowledged_ms == 7000);
}

TEST_CASE("no other protocol is upgraded to") {
  ConnectionBench upgrade;
  CHECK(status_of(upgrade.ask(get(
            "/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"))) == 400);
  CHECK(upgrade.wire.finished);
  ConnectionBench preface;
  CHECK(status_of(preface.ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) == 505);
}

TEST_CASE("a full intake is told as 429 and the connection lives on") {
  ConnectionBench bench;
  bench.shard.publisher.full = true;
  const std::string answer = bench.ask(publish(kEvent));
  CHECK(status_of(answer) == 429);
  CHECK(holds(answer, "Retry-After: 1"));
  bench.shard.publisher.full = false;
  CHECK(bench.ask(publish(kEvent)).empty());
  CHECK(bench.shard.publisher.submissions.size() == 1);
}

TEST_CASE("questions about the whole relay are answered when the answer has come") {
  ConnectionBench bench;
  CHECK(bench.ask(get("/api/v1/stats")).empty());
  REQUIRE(bench.fake_admin.asked == std::vector{AdminQuery::stats});
  HttpResponse response;
  response.body = "{\"here\":1}";
  bench.connection.on_answer(response);
  bench.turn();
  CHECK(after_head(bench.take()) == "{\"here\":1}");
  bench.fake_admin.busy = true;
  CHECK(status_of(bench.ask(get("/api/v1/rooms"))) == 503);
}

TEST_CASE("while the wire is blocked nothing is written and requests wait") {
  ConnectionBench bench(ShardBench::default_config(), 10);
  bench.receive(get("/healthz") + get("/readyz"));
  CHECK(bench.wire.blocked());
  CHECK(bench.wire.sent.size() == 10);
  bench.receive(get("/nothing"));
  CHECK(bench.wire.paused);
  CHECK(bench.wire.sent.size() == 10);
  bench.drain_socket();
  const std::string answers = bench.take();
  CHECK(count_of(answers, "HTTP/1.1 ") == 3);
  CHECK(answers.find("ok\n") < answers.find("ready\n"));
  CHECK(answers.find("ready\n") < answers.find("not_found"));
  CHECK_FALSE(bench.wire.paused);
  CHECK(bench.wire.breach.empty());
}

TEST_CASE("a peer that never reads its answer is cut off") {
  ConnectionBench bench(ShardBench::default_config(), 0);
  bench.receive(get("/healthz"));
  bench.advance_ms(15100);
  CHECK(bench.wire.killed);
}

TEST_CASE("a drain closes idle connections and gives those being answered their answer") {
  ConnectionBench idle;
  idle.is_draining = true;
  idle.connection.drain();
  idle.turn();
  CHECK(idle.wire.finished);

  ConnectionBench busy;
  busy.receive(publish(kEvent));
  busy.is_draining = true;
  busy.connection.drain();
  busy.turn();
  CHECK_FALSE(busy.wire.finished);
  busy.connection.on_published(1, {1, 1, 1, 0, ""});
  busy.turn();
  CHECK(status_of(busy.take()) == 202);
  CHECK(busy.wire.finished);
}

TEST_CASE("a drain does not overtake an answer on its way") {
  ConnectionBench bench(ShardBench::default_config(), 10);
  bench.receive(get("/healthz"));
  bench.connection.drain();
  bench.drain_socket();
  CHECK(after_head(bench.take()) == "ok\n");
  CHECK(bench.wire.finished);
  CHECK(bench.wire.breach.empty());
}

TEST_CASE("an event stream begins with its head and goes on until the relay stops") {
  ConnectionBench bench;
  const std::string head = bench.ask(get("/events"));
  CHECK(status_of(head) == 200);
  CHECK(holds(head, "Content-Type: text/event-stream"));
  bench.shard.publish({.type = "a.b"});
  bench.turn();
  CHECK(holds(bench.take(), "\"type\":\"a.b\""));
  bench.advance_ms(20000);
  CHECK_FALSE(bench.wire.finished);
  bench.connection.drain();
  bench.turn();
  CHECK(bench.wire.finished);
  CHECK(bench.shard.hub.filter_classes() == 0);
}

TEST_CASE("a tap's stream begins when the pipeline has said yes, and leaves its tap when the client goes") {
  ConnectionBench bench;
  CHECK(bench.ask(get("/api/v1/taps?stage=in")).empty());
  REQUIRE(bench.fake_admin.questions.size() == 1);
  bench.connection.on_answer(HttpResponse());
  bench.turn();
  const std::string head = bench.take();
  CHECK(status_of(head) == 200);
  CHECK(holds(head, "Content-Type: text/event-stream"));
  CHECK(bench.connection.session()->info().subscriptions == std::vector<std::string>{"in"});
}

TEST_CASE("a tap that the pipeline refuses is answered like any request") {
  ConnectionBench bench;
  (void)bench.ask(get("/api/v1/taps?stage=nobody"));
  bench.connection.on_answer(problem(404, "stage_unknown", "no"));
  bench.turn();
  const std::string answer = bench.take();
  CHECK(status_of(answer) == 404);
  CHECK(holds(answer, "keep-alive"));
  CHECK(status_of(bench.ask(get("/healthz"))) == 200);
}

TEST_CASE("a question about taps that says nothing is refused at once") {
  for (const char* query :
       {"", "?stage=", "?stage=in&diff=2", "?stage=in&match=a..b", "?stage=in&filter=("}) {
    ConnectionBench bench;
    CAPTURE(query);
    CHECK(status_of(bench.ask(get(std::string("/api/v1/taps") + query))) == 400);
  }
  ConnectionBench bench;
  CHECK(status_of(bench.ask(get("/api/v1/taps?stage=in", "Origin: http://evil.example\r\n"))) == 403);
  bench.fake_admin.busy = true;
  CHECK(status_of(bench.ask(get("/api/v1/taps?stage=in"))) == 503);
}
