#include "session/tap_session.h"

#include <memory>

#include "support/catch.h"
#include "support/fake_transport.h"
#include "support/shard_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

struct Listener {
  Listener() {
    session = std::make_unique<TapSession>("s1", bench.services, transport, tap);
    REQUIRE(session->start({}));
  }
  ~Listener() { session->closed("test over"); }
  std::string after_ms(int64_t milliseconds) {
    bench.advance_ms(milliseconds);
    return take_bytes(*session);
  }

  ShardBench bench;
  FakeTransport transport;
  std::shared_ptr<Tap> tap = std::make_shared<Tap>(TapPlace{"in", false, {}, {}});
  std::unique_ptr<TapSession> session;
};

}  // namespace

TEST_CASE("what a tap holds comes as unnamed events, soon") {
  Listener listener;
  listener.tap->put(R"({"n":1})");
  listener.tap->put(R"({"n":2})");
  CHECK(listener.after_ms(40) == "data: {\"n\":1}\n\ndata: {\"n\":2}\n\n");
  CHECK(listener.after_ms(40).empty());
}

TEST_CASE("a reader that does not read makes the tap fill up, and hears what is missing") {
  Listener listener;
  listener.tap->put("1");
  listener.bench.advance_ms(40);  // in the outbox, which nobody writes
  for (size_t i = 0; i < Tap::kMaxRecords + 5; ++i) listener.tap->put("2");
  listener.bench.advance_ms(40);
  CHECK(listener.session->outbox().messages() == 1);
  std::string text;
  for (int i = 0; i < 10; ++i) text += listener.after_ms(0);
  CHECK(text.ends_with("data: 2\n\nevent: gap\ndata: {\"skipped\":5,\"reason\":\"tap_full\"}\n\n"));
  CHECK_FALSE(listener.transport.closed());
}

TEST_CASE("a record of any size gets through") {
  Listener listener;
  listener.tap->put(std::string(5 << 20, 'x'));
  CHECK(listener.after_ms(40).size() > size_t{5} << 20);
  CHECK_FALSE(listener.transport.closed());
}

TEST_CASE("events left as they are are counted, before a record or once a second") {
  Listener listener;
  (void)listener.after_ms(1000);
  listener.tap->count_untouched();
  CHECK(listener.after_ms(40) == "event: untouched\ndata: {\"events\":1}\n\n");
  listener.tap->count_untouched();
  CHECK(listener.after_ms(40).empty());
  listener.tap->put("1");
  CHECK(listener.after_ms(40) == "event: untouched\ndata: {\"events\":2}\n\ndata: 1\n\n");
}

TEST_CASE("a tap that ends says why, and so does its stream") {
  Listener listener;
  listener.tap->put("1");
  listener.tap->end("it is gone");
  CHECK(listener.after_ms(40) == "data: 1\n\nevent: end\ndata: {\"reason\":\"it is gone\"}\n\n");
  CHECK(listener.transport.closed());
}

TEST_CASE("an idle stream has a heartbeat, and one that is closed has let its tap go") {
  Listener listener;
  const auto heartbeat_ms =
      static_cast<int64_t>(listener.bench.services.config->performance.heartbeat_interval * 1000);
  CHECK(listener.after_ms(heartbeat_ms + 40).find(":\n\n") != std::string::npos);
  CHECK(listener.session->info().protocol == "tap");
  CHECK(listener.tap.use_count() == 2);
  listener.session->closed("client closed");
  CHECK(listener.tap.use_count() == 1);
}
