#include "plugin/session_plugin.h"

#include "session/bare_session.h"
#include "support/catch.h"
#include "support/plugin_bench.h"
#include "support/socket_io_client.h"

using namespace relay;
using namespace relay::test;

namespace {

/// A Socket.IO client of a shard with the fixture plugin "session".
struct PluginBench {
  explicit PluginBench(bool greeting = false) : client(config(greeting)) {
    plugin = std::make_shared<SessionPlugin>(plugins.must_create(fixture("session")), plugins.logger);
    client.bench.services.session_plugins = {plugin};
    client.take();
  }
  ~PluginBench() { client.session->closed("test over"); }

  static Config config(bool greeting) {
    Config config = quick_config();
    config.rooms.greeting = greeting;
    return config;
  }
  std::string join(std::string_view packet = "40") {
    const Texts texts = client.send(packet);
    REQUIRE(texts.size() == 1);
    const size_t at = texts[0].find("\"sid\":\"");
    REQUIRE(at != std::string::npos);
    return texts[0].substr(at + 7, 20);
  }
  Texts send(std::string_view text) { return client.send(text); }

  Bench plugins;
  std::shared_ptr<SessionPlugin> plugin;
  SocketIoClient client;
};

}  // namespace

TEST_CASE("a plugin refuses a client with a message and data") {
  PluginBench bench;
  CHECK(bench.send(R"(40{"refuse":"no token","data":"{\"retry\":false}"})") ==
        Texts{R"(44{"message":"no token","data":{"retry":false}})"});
  CHECK(bench.send(R"(40/plug,{"refuse":"bare"})") == Texts{R"(44/plug,{"message":"bare"})"});
  CHECK(bench.send(R"(40{"refuse":"bad data","data":"{"})") == Texts{R"(44{"message":"bad data"})"});
  CHECK(bench.plugins.logger.lines.back() ==
        "it: the data of a refusal is left out: it must be JSON of at most 64 KiB");
  CHECK(bench.send(R"(40{"fail":1})") == Texts{R"(44{"message":"connect failed"})"});
  CHECK(bench.client.bench.hub.rooms().empty());
  bench.join();
}

TEST_CASE("a namespace that only a plugin serves can be joined, any other not") {
  PluginBench bench;
  bench.join("40/plug-1,");
  CHECK(bench.send("40/other,") == Texts{R"(44/other,{"message":"Invalid namespace"})"});
}

TEST_CASE("a plugin greets behind the answer to CONNECT, and behind the relay's own greeting") {
  PluginBench bench(true);
  const Texts texts = bench.send(R"(40{"greet":[1]})");
  REQUIRE(texts.size() == 3);
  CHECK(texts[0].starts_with("40{"));
  CHECK(texts[1].starts_with(R"(42["connection_established",)"));
  CHECK(texts[2] == R"(42["hello",{"greet":[1]}])");
}

TEST_CASE("an event goes to the plugin with its arguments, and back") {
  PluginBench bench;
  bench.join();
  CHECK(bench.send(R"(42["echo"])") == Texts{R"(42["echoed"])"});
  CHECK(bench.send(R"(42["echo" , 1, {"a":[2]} ])") == Texts{R"(42["echoed", 1, {"a":[2]} ])"});
  CHECK(bench.send(R"(425["ack",1,"two"])") == Texts{R"(435[1,"two"])"});
  CHECK(bench.send(R"(420["ack"])") == Texts{"430[]"});
  CHECK(bench.send(R"(42["ack",1])").empty());
}

TEST_CASE("what a plugin sends as volatile does not wait for a client that is behind") {
  PluginBench bench;
  bench.join();
  CHECK(bench.send(R"(42["echo if you can",1])") == Texts{R"(42["echoed",1])"});
  bench.client.transport.blocked = true;
  bench.client.session->receive_text(R"(42["echo if you can",2])");
  bench.client.session->receive_text(R"(42["echo",3])");
  CHECK(bench.client.take() == Texts{R"(42["echoed",3])"});
}

TEST_CASE("binary arguments come and go with their events and acknowledgements") {
  PluginBench bench;
  bench.join();
  CHECK(bench.send(R"(452-["echo",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])").empty());
  bench.client.session->receive_binary("first");
  CHECK(bench.client.take().empty());
  bench.client.session->receive_binary("second");
  CHECK(bench.client.take() ==
        Texts{R"(452-["echoed",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])", "first",
              "second"});
  CHECK(bench.send(R"(451-9["ack",{"_placeholder":true,"num":0}])").empty());
  bench.client.session->receive_binary("x");
  CHECK(bench.client.take() == Texts{R"(461-9[{"_placeholder":true,"num":0}])", "x"});
}

TEST_CASE("what a plugin asks a client is answered once, or not in time") {
  PluginBench bench;
  bench.join();
  CHECK(bench.send(R"(42["ask",1])") == Texts{R"(421["question",1])"});
  CHECK(bench.send(R"(431["yes"])") == Texts{R"(42["answer","yes"])"});
  CHECK(bench.send(R"(431["again"])").empty());
  CHECK(bench.send(R"(42["ask briefly"])") == Texts{R"(422["question"])"});
  bench.client.bench.advance_ms(60);
  CHECK(bench.client.take() == Texts{R"(42["silence"])"});
  CHECK(bench.send("432[]").empty());
  CHECK(bench.send(R"(42["ask"])") == Texts{R"(423["question"])"});
  bench.client.session->receive_text(R"(461-3[{"_placeholder":true,"num":0}])");
  bench.client.session->receive_binary("b");
  CHECK(bench.client.take() == Texts{R"(451-["answer",{"_placeholder":true,"num":0}])", "b"});
}

TEST_CASE("a client has at most 64 questions open") {
  PluginBench bench;
  bench.join();
  for (int i = 0; i < 64; ++i) CHECK(bench.send(R"(42["ask"])").size() == 1);
  CHECK(bench.send(R"(421["ask"])") ==
        Texts{R"(431[{"ok":false,"code":"refused","message":"ask: the host refused the arguments"}])"});
}

TEST_CASE("an event that a plugin fails on is refused, with the reason for who waits") {
  PluginBench bench;
  bench.join();
  CHECK(bench.send(R"(423["deny"])") == Texts{R"(433[{"ok":false,"code":"refused","message":"not today"}])"});
  CHECK(bench.send(R"(42["deny"])").empty());
  CHECK(bench.send(R"(424["reserved"])") ==
        Texts{R"(434[{"ok":false,"code":"refused","message":"emit: the host refused the arguments"}])"});
}

TEST_CASE("a plugin is asked before the relay's own events, which take what it leaves") {
  PluginBench bench;
  bench.join();
  CHECK(bench.send(R"(421["join","mine"])") == Texts{R"(431["the plugin's"])"});
  CHECK(bench.send(R"(422["join","theirs"])") == Texts{R"(432[{"ok":true}])"});
  const Texts unknown = bench.send(R"(423["nobody's"])");
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].starts_with(R"(433[{"ok":false,"code":"unknown_event",)"));
}

TEST_CASE("a plugin puts clients into rooms and subscribes them") {
  PluginBench bench;
  bench.join();
  CHECK(bench.send(R"(421["enter","team"])") == Texts{"431[true]"});
  bench.client.bench.publish({.type = "agent.x", .room = "team"});
  const Texts update = bench.client.take();
  REQUIRE(update.size() == 1);
  CHECK(update[0].starts_with(R"(42["agent_update",{"type":"agent.x",)"));
  CHECK(bench.send(R"(42["exit","team"])").empty());
  CHECK(bench.send(R"(422["follow",{"match":["custom.**"]}])") == Texts{"432[true]"});
  bench.client.bench.publish({.type = "custom.x"});
  CHECK(bench.client.take().size() == 1);
  CHECK(bench.send(R"(42["unfollow",{"match":["custom.**"]}])").empty());
  bench.client.bench.publish_all({{.type = "custom.x"}, {.type = "agent.x", .room = "team"}});
  CHECK(bench.client.take().empty());
}

TEST_CASE("a client that a plugin sends away hears it, and its end is told after the call") {
  PluginBench bench;
  const std::string sid = bench.join();
  bench.join("40/plug,");
  CHECK(bench.send("42[\"kick\",\"" + sid + "\"]") == Texts{"41"});
  CHECK(bench.send(R"(42["echo"])").empty());
  CHECK(bench.send(R"(42/plug,1["ended"])") == Texts{R"(43/plug,1[""])"});
  bench.client.bench.advance_ms(10);
  CHECK(bench.send(R"(42/plug,2["ended"])") == Texts{R"(43/plug,2["/: server namespace disconnect"])"});
  bench.join();
  CHECK(bench.send(R"(42["end"])") == Texts{"41/plug,", "41"});
  CHECK(bench.client.transport.closed());
}

TEST_CASE("a client sent away while it is greeted can come back at once") {
  PluginBench bench;
  const Texts texts = bench.send(R"(40{"leave":true})");
  REQUIRE(texts.size() == 2);
  CHECK(texts[1] == "41");
  bench.join();
  CHECK(bench.send(R"(421["ended"])") == Texts{R"(431["/: server namespace disconnect"])"});
}

TEST_CASE("a client that leaves, and one whose connection ends, are told to the plugin") {
  PluginBench bench;
  bench.join("40/plug,");
  bench.join();
  CHECK(bench.send("41/plug,").empty());
  CHECK(bench.send(R"(421["ended"])") == Texts{R"(431["/plug: client namespace disconnect"])"});
  bench.client.session->closed("connection lost");
  CHECK(bench.plugin.use_count() == 2);  // the test's and the shard's
}

TEST_CASE("clients keep the plugin they came to when the shard gets another") {
  PluginBench bench;
  bench.join();
  bench.client.bench.services.session_plugins.clear();
  CHECK(bench.send(R"(42["echo",1])") == Texts{R"(42["echoed",1])"});
  CHECK(bench.send("40/plug,") == Texts{R"(44/plug,{"message":"Invalid namespace"})"});
}

TEST_CASE("a bare client's messages go to the plugin, and it can be sent away") {
  Bench plugins;
  ShardBench shard;
  shard.services.session_plugins = {
      std::make_shared<SessionPlugin>(plugins.must_create(fixture("session")), plugins.logger)};
  FakeTransport transport;
  BareSession session("engine-sid", shard.services, transport);
  REQUIRE(session.start({}));
  CHECK(take_texts(session).front().starts_with("0{"));
  session.receive_text("4hello");
  session.receive_binary("\x01\x02");
  CHECK(take_texts(session) == Texts{"4hello", "\x01\x02"});
  session.receive_text("4end");
  CHECK(transport.closed());
  session.closed("test over");
}

TEST_CASE("a plugin subscribes clients to what a route makes of events, each by its own filter") {
  Config config = PluginBench::config(false);
  RouteConfig on_request;
  on_request.match = {"agent.**"};
  on_request.event = "seen";
  on_request.view = "none";
  config.routes.push_back(on_request);
  Bench plugins;
  SocketIoClient client(config);
  client.bench.services.session_plugins = {
      std::make_shared<SessionPlugin>(plugins.must_create(fixture("session")), plugins.logger)};
  client.take();
  client.send(R"(40{"role":"other"})");
  client.bench.publish({.type = "agent.x"});
  CHECK(client.take().empty());
  client.send(R"(42["follow",{"match":["**"],"filter":"data.n == 1","as":"seen"}])");
  CHECK(client.bench.hub.filter_classes() == 1);
  client.bench.publish_all(
      {{.type = "agent.x"}, {.type = "agent.x", .data = R"({"n":2})"}, {.type = "custom.x"}});
  const Texts texts = client.take();
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].starts_with(R"(42["seen",{"type":"agent.x",)"));
  const Explanation why = client.session->explain(1);
  CHECK(why.detail.find("as seen") != std::string::npos);
}

TEST_CASE("the attachments of one event may not grow without bound") {
  Config config = PluginBench::config(false);
  config.server.max_http_buffer_size = 1000;
  SocketIoClient client(config);
  client.take();
  client.send("40");
  client.send(R"(455-["e",{"_placeholder":true,"num":0}])");
  const std::string bytes(1000, 'x');
  for (int i = 0; i < 4; ++i) client.session->receive_binary(bytes);
  CHECK_FALSE(client.transport.closed());
  client.session->receive_binary("x");
  CHECK(client.transport.close_code == 1009);
}
