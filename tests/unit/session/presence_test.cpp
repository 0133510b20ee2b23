// Whom sessions report as present, and how they ask who is.

#include "plugin/session_plugin.h"
#include "session/plain_session.h"
#include "support/plugin_bench.h"
#include "support/socket_io_client.h"

using namespace relay;
using namespace relay::test;

namespace {

Config watching(std::vector<std::string> globs = {"team*"}) {
  Config config = quick_config();
  config.rooms.presence = std::move(globs);
  return config;
}

/// "+/ team" for each report since the last call, and checks whose they are.
Texts reports(ShardBench& bench, std::string_view client) {
  Texts texts;
  for (const PresenceChange& change : bench.publisher.presence) {
    CHECK(change.client == client);
    texts.push_back((change.joined ? '+' : '-') + change.namespace_ + ' ' + change.room);
  }
  bench.publisher.presence.clear();
  return texts;
}

}  // namespace

TEST_CASE("a Socket.IO client is reported in and out of the rooms that are watched") {
  SocketIoClient client(watching());
  const std::string sid = client.join();
  CHECK(reports(client.bench, sid).empty());
  client.send(R"(421["join","team"])");
  client.send(R"(422["join","team"])");
  client.send(R"(423["join","other"])");
  client.send(R"(424["join","team b"])");
  CHECK(reports(client.bench, sid) == Texts{"+/ team", "+/ team b"});
  client.send(R"(425["leave","team"])");
  client.send(R"(426["leave","team"])");
  CHECK(reports(client.bench, sid) == Texts{"-/ team"});
  client.session->closed("gone");
  CHECK(reports(client.bench, sid) == Texts{"-/ team b"});
}

TEST_CASE("the rooms a client is in from the start are reported, its own is not") {
  SocketIoClient client(watching({"*"}));
  const std::string sid = client.join();
  CHECK(reports(client.bench, sid) == Texts{"+/ general", "+/ observers"});
  client.send("41");
  CHECK(reports(client.bench, sid) == Texts{"-/ general", "-/ observers"});
}

TEST_CASE("nobody hears of a client that a plugin refuses") {
  Bench plugins;
  SocketIoClient client(watching({"*"}));
  client.bench.services.session_plugins = {
      std::make_shared<SessionPlugin>(plugins.must_create(fixture("session")), plugins.logger)};
  client.take();
  CHECK(client.send(R"(40{"refuse":"no"})") == Texts{R"(44{"message":"no"})"});
  CHECK(client.bench.publisher.presence.empty());
}

TEST_CASE("each namespace of a connection is a client of its own") {
  SocketIoClient client(watching());
  const std::string sid = client.join("40/custom,");
  client.send(R"(42/custom,1["join","team"])");
  CHECK(reports(client.bench, sid) == Texts{"+/custom team"});
}

TEST_CASE("emissions that join and leave are reported as the client's own are") {
  SocketIoClient client(watching());
  const std::string sid = client.join();
  const auto act = [&](const std::string& type, const std::string& data) {
    client.bench.publish({.type = type, .data = data});
  };
  act("seneca.join", R"({"join":["team"]})");
  CHECK(reports(client.bench, sid) == Texts{"+/ team"});
  act("seneca.leave", R"({"leave":["team"]})");
  CHECK(reports(client.bench, sid) == Texts{"-/ team"});
}

TEST_CASE("who came while a room was watched is reported out of it, whatever the configuration says then") {
  SocketIoClient client(watching());
  const std::string sid = client.join();
  client.send(R"(421["join","team"])");
  client.bench.services.config = std::make_shared<const Config>(watching({"other"}));
  client.send(R"(422["join","team b"])");
  client.send(R"(423["join","other"])");
  client.send(R"(424["leave","team"])");
  client.send(R"(425["leave","team b"])");
  CHECK(reports(client.bench, sid) == Texts{"+/ team", "+/ other", "-/ team"});
}

TEST_CASE("a Socket.IO client asks who is in a room of its namespace") {
  SocketIoClient client(watching());
  client.join("40/custom,");
  CHECK(client.send(R"(42/custom,7["presence",{"room":"team"}])").empty());
  REQUIRE(client.bench.publisher.questions.size() == 1);
  const FakePublisher::Question asked = client.bench.publisher.questions[0];
  CHECK(asked.namespace_ == "/custom");
  CHECK(asked.room == "team");
  client.session->answered(asked.token, R"("room":"team","members":[],"count":0)");
  CHECK(client.take() == Texts{R"(43/custom,7[{"ok":true,"room":"team","members":[],"count":0}])"});
  client.session->answered(asked.token, "");
  CHECK(client.take().empty());
}

TEST_CASE("a question about a room that nobody watches names the key that would") {
  SocketIoClient client(watching());
  client.join();
  const Texts answer = client.send(R"(421["presence","lobby"])");
  REQUIRE(answer.size() == 1);
  CHECK(answer[0].find(R"("code":"no_presence")") != std::string::npos);
  CHECK(answer[0].find("rooms.presence") != std::string::npos);
  CHECK(client.send(R"(422["presence"])")[0].find(R"("code":"bad_room")") != std::string::npos);
  client.bench.publisher.full = true;
  CHECK(client.send(R"(423["presence","team"])")[0].find(R"("code":"busy")") != std::string::npos);
}

TEST_CASE("a plain client is reported, and asks, likewise") {
  ShardBench bench(watching());
  FakeTransport transport;
  PlainSession session("s1", bench.services, transport);
  SessionRequest request;
  request.subprotocol = "seneca.v1.json";
  REQUIRE(session.start(request));
  const auto send = [&](std::string_view text) {
    (void)take_texts(session);
    session.receive_text(text);
    return take_texts(session);
  };
  send(R"({"op":"join","room":"team","id":1})");
  send(R"({"op":"join","room":"team","id":2})");
  send(R"({"op":"join","room":"lobby","id":3})");
  CHECK(reports(bench, "s1") == Texts{"+/ team"});

  CHECK(send(R"({"op":"presence","room":"team","id":4})").empty());
  REQUIRE(bench.publisher.questions.size() == 1);
  CHECK(bench.publisher.questions[0].namespace_ == "/");
  session.answered(bench.publisher.questions[0].token, R"("room":"team","members":["s1"],"count":1)");
  CHECK(take_texts(session) ==
        Texts{R"({"op":"reply","id":4,"ok":true,"room":"team","members":["s1"],"count":1})"});
  CHECK(send(R"({"op":"presence","room":"team"})")[0].find("missing_field") != std::string::npos);
  CHECK(send(R"({"op":"presence","room":"lobby","id":5})")[0].find("no_presence") != std::string::npos);

  send(R"({"op":"leave","room":"team","id":6})");
  send(R"({"op":"join","room":"team 2","id":7})");
  session.closed("gone");
  CHECK(reports(bench, "s1") == Texts{"-/ team", "+/ team 2", "-/ team 2"});
}
