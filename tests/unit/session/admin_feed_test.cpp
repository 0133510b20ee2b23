#include "session/admin_feed.h"

#include <deque>
#include <seneca/json.hpp>

#include "session/admin_client.h"
#include "session/admin_handshake.h"
#include "support/socket_io_client.h"

using namespace relay;
using namespace relay::test;

namespace {

/// Two shards, of which this is the first; the test hands on what they tell each other.
struct Shards final : AdminPort, AdminAccess {
  explicit Shards(Config config = quick_config())
      : bench(config), feed(config, 0, 2, *this, *this, bench.clock) {
    bench.services.admin = &feed;
  }

  void log_in(const std::string&, uint64_t attempt, AdminCredentials credentials) override {
    attempts.emplace_back(attempt, std::move(credentials));
  }
  void tell(const AdminNewsRef& news) override { told.push_back(news); }
  void collect_sockets(const std::string& session) override { collections.push_back(session); }
  void log_in(AdminCredentials, std::function<void(AdminVerdict)>) override {}

  /// What this shard's feed has told arrives at its admins.
  void hand_on() {
    while (!told.empty()) {
      const AdminNewsRef news = told.front();
      told.pop_front();
      feed.deliver(*news);
    }
  }
  void news(AdminNews::Kind kind, size_t shard, const std::string& name) {
    AdminNews news;
    news.kind = kind;
    news.shard = shard;
    news.packets = {feed.packet(name, "")};
    feed.deliver(news);
  }
  void sockets(size_t shard, const std::string& session, const std::string& json) {
    AdminNews news;
    news.kind = AdminNews::Kind::sockets;
    news.shard = shard;
    news.session = session;
    news.sockets = json;
    feed.deliver(news);
  }

  ShardBench bench;
  std::deque<AdminNewsRef> told;
  std::vector<std::string> collections;
  std::vector<std::pair<uint64_t, AdminCredentials>> attempts;
  AdminFeed feed;
};

struct Someone {
  explicit Someone(Shards& around, const std::string& id = "engine-sid-of-20-bytes",
                   const SessionRequest& request = {})
      : shards(around), session(id, around.bench.services, transport) {
    REQUIRE(session.start(request));
    take();
  }
  ~Someone() { session.closed("test over"); }

  Texts take() { return take_texts(session); }
  Texts send(std::string_view text) {
    session.receive_text(text);
    return take();
  }
  Texts log_in(const AdminVerdict& verdict = {}) {
    session.receive_text(R"(40/admin,{"username":"admin","password":"p"})");
    session.admin_verdict(shards.attempts.back().first, verdict);
    return take();
  }
  /// In, and all sockets have come.
  void be_admin() {
    log_in();
    shards.sockets(0, session.id(), "");
    shards.sockets(1, session.id(), "");
    shards.told.clear();
    take();
  }

  Shards& shards;
  FakeTransport transport;
  SocketIoSession session;
};

}  // namespace

TEST_CASE("a login waits for its verdict and then hears who it is") {
  Shards shards;
  Someone admin(shards);
  CHECK(admin.send(R"(40/admin,{"username":"ann","password":"p","sessionId":7})").empty());
  REQUIRE(shards.attempts.size() == 1);
  CHECK(shards.attempts[0].second.username == "ann");
  CHECK(shards.attempts[0].second.password == "p");
  CHECK(shards.attempts[0].second.session_id.empty());
  CHECK(shards.admins() == 0);
  admin.session.admin_verdict(shards.attempts[0].first, {"", "0123456789abcdef"});
  const Texts texts = admin.take();
  REQUIRE(texts.size() == 3);
  CHECK(texts[0].starts_with(R"(40/admin,{"sid":")"));
  CHECK(texts[1] == R"(42/admin,["session","0123456789abcdef"])");
  CHECK(texts[2].starts_with(R"(42/admin,["config",{"supportedFeatures":["EMIT",)"));
  CHECK(shards.collections == std::vector<std::string>{admin.session.id()});
  CHECK(shards.admins() == 1);
  admin.send("41/admin,");
  CHECK(shards.admins() == 0);
}

TEST_CASE("a refused login may try again, two at once may not be under way") {
  Shards shards;
  Someone admin(shards);
  CHECK(admin.log_in({"invalid credentials", ""}) == Texts{R"(44/admin,{"message":"invalid credentials"})"});
  admin.send("40/admin,{}");
  CHECK_FALSE(admin.transport.closed());
  admin.send("40/admin,{}");
  CHECK(admin.transport.closed());
}

TEST_CASE("a verdict for one who has left, or asked again, says nothing") {
  Shards shards;
  Someone admin(shards);
  admin.send("40");
  admin.send("40/admin,{}");
  admin.send("41/admin,");
  admin.session.admin_verdict(shards.attempts[0].first, {});
  CHECK(admin.take().empty());
  admin.send("40/admin,{}");
  admin.session.admin_verdict(shards.attempts[0].first, {});
  CHECK(admin.take().empty());
  admin.session.admin_verdict(shards.attempts[1].first, {});
  CHECK_FALSE(admin.take().empty());
}

TEST_CASE("news before a shard's sockets are in them, those behind wait for all") {
  Shards shards;
  Someone admin(shards);
  admin.log_in();
  shards.news(AdminNews::Kind::state, 0, "early");
  shards.sockets(1, admin.session.id(), "{}");
  shards.sockets(1, "somebody-else", "[]");
  shards.news(AdminNews::Kind::state, 1, "late");
  shards.news(AdminNews::Kind::state, 0, "early too");
  CHECK(admin.take().empty());
  shards.sockets(0, admin.session.id(), R"({"id":1})");
  CHECK(admin.take() == Texts{R"(42/admin,["all_sockets",[{},{"id":1}]])", R"(42/admin,["late"])"});
  shards.news(AdminNews::Kind::state, 0, "live");
  CHECK(admin.take() == Texts{R"(42/admin,["live"])"});
}

TEST_CASE("a shard that never answers is not waited for, and too many news are asked for again") {
  Shards shards;
  Someone admin(shards);
  admin.log_in();
  shards.sockets(0, admin.session.id(), "");
  for (int i = 0; i < 4; ++i) shards.news(AdminNews::Kind::stats, 0, "stats");
  const Texts texts = admin.take();
  REQUIRE(texts.size() == 5);
  CHECK(texts[4] == R"(42/admin,["all_sockets",[]])");

  shards.news(AdminNews::Kind::stale, 1, "stale");
  CHECK(shards.collections.size() == 2);
  shards.sockets(0, admin.session.id(), "");
  for (size_t i = 0; i <= AdminClient::kMaxHeld; ++i) shards.news(AdminNews::Kind::traffic, 0, "n");
  shards.sockets(1, admin.session.id(), "");
  CHECK(shards.collections.size() == 3);
}

TEST_CASE("nothing is made while no admin looks") {
  Shards shards;
  Someone client(shards);
  client.send("40");
  client.send(R"(42["join","tea"])");
  client.send("41");
  CHECK(shards.told.empty());
}

TEST_CASE("a client's life is told with its rooms before it and after it") {
  Shards shards;
  Someone admin(shards, "admin");
  admin.be_admin();
  Someone client(shards);
  client.send("40");
  client.send(R"(42["join","tea"])");
  client.send("41");
  shards.hand_on();
  Texts kinds;
  for (const std::string& text : admin.take()) kinds.push_back(text.substr(9, text.find(',', 9) - 9));
  CHECK(kinds == Texts{R"(["room_joined")", R"(["room_joined")", R"(["room_joined")",
                       R"(["socket_connected")", R"(["event_received")", R"(["room_joined")",
                       R"(["socket_disconnected")", R"(["room_left")", R"(["room_left")", R"(["room_left")",
                       R"(["room_left")"});
}

TEST_CASE("too much is left out and counted; when it was state, all ask again") {
  Shards shards;
  Someone admin(shards, "admin");
  admin.be_admin();
  Someone client(shards);
  client.send("40");
  shards.told.clear();
  for (int i = 0; i < 1000; ++i) client.send(R"(42["unknown"])");
  CHECK(shards.told.size() == 100);  // this shard's half of 200
  CHECK(shards.feed.traffic().left_out == 900);
  shards.told.clear();
  shards.news(AdminNews::Kind::stats, 0, "stats");
  CHECK(shards.told.empty());
  for (int i = 0; i < 200; ++i) {
    client.send(R"(42["join","tea"])");
    client.send(R"(42["leave","tea"])");
  }
  shards.told.clear();
  shards.news(AdminNews::Kind::stats, 0, "stats");
  REQUIRE(shards.told.size() == 1);
  CHECK(shards.told[0]->kind == AdminNews::Kind::stale);
  shards.told.clear();
  shards.bench.clock.advance_us(1'000'000);
  client.send(R"(42["join","tea"])");
  CHECK(shards.told.size() == 2);
}

TEST_CASE("an admin that takes nothing loses what is passing, and is closed when what matters piles up") {
  Shards shards;
  Someone admin(shards, "admin");
  admin.be_admin();
  admin.transport.blocked = true;
  for (int i = 0; i < 2000; ++i) shards.news(AdminNews::Kind::traffic, 0, "t");
  CHECK(admin.session.outbox().messages() == 0);
  for (int i = 0; i < 2000; ++i) shards.news(AdminNews::Kind::state, 0, "s");
  CHECK(admin.transport.close_code == 1013);
}

TEST_CASE("commands become emissions") {
  Shards shards;
  Someone admin(shards, "admin");
  admin.be_admin();
  const std::vector<std::array<std::string, 3>> rows = {
      {R"(["join","/","tea"])", "seneca.join", R"({"namespace":"/","join":["tea"]})"},
      {R"(["join","/x","tea","sid"])", "seneca.join", R"({"namespace":"/x","rooms":["sid"],"join":["tea"]})"},
      {R"(["leave","/","tea",null])", "seneca.leave", R"({"namespace":"/","leave":["tea"]})"},
      {R"(["_disconnect","/",true,"tea"])", "seneca.disconnect",
       R"({"namespace":"/","rooms":["tea"],"close":true})"},
      {R"(["emit","/",null,"hi",1,{"a":[2]}])", "seneca.emit",
       R"({"namespace":"/","event":"hi","args":[1,{"a":[2]}]})"},
      {R"(["emit","/","","hi"])", "seneca.emit", R"({"namespace":"/","event":"hi","args":[]})"},
  };
  for (const auto& [command, type, data] : rows) {
    admin.send("42/admin," + command);
    REQUIRE_FALSE(shards.bench.publisher.submissions.empty());
    const EventRef event = shards.bench.publisher.submissions.back().events.at(0);
    CHECK(event->type() == type);
    CHECK(event->data() == data);
  }
  const size_t before = shards.bench.publisher.submissions.size();
  for (const char* command : {R"(["join"])", R"(["join","/"])", R"(["emit","/",null])", R"(["other"])",
                              R"(["join","/",null])", R"(["leave","/",["a"],{}])", R"([1])"})
    admin.send(std::string("42/admin,") + command);
  CHECK(shards.bench.publisher.submissions.size() == before);
  CHECK_FALSE(admin.transport.closed());
}

TEST_CASE("a handshake is shown without its secrets, and not without end") {
  SessionRequest request;
  request.address = "[::1]:5000";
  request.headers = {{"host", "x"},
                     {"cookie", "a=b"},
                     {"authorization", "Bearer x"},
                     {"proxy-authorization", "x"},
                     {"origin", "http://\"q\""},
                     {"host", "again"},
                     {"long", std::string(5000, 'a')}};
  request.query = {{"EIO", "4"}};
  request.url = "/socket.io/?EIO=4";
  CHECK(admin_handshake_json(request, 1772582400'000001) ==
        R"({"address":"::1","headers":{"host":"x","cookie":"[redacted]","authorization":"[redacted]",)"
        R"("proxy-authorization":"[redacted]","origin":"http://\"q\""},"query":{"EIO":"4"},)"
        R"("issued":1772582400000,"secure":false,"time":"2026-03-04T00:00:00Z","url":"/socket.io/?EIO=4",)"
        R"("xdomain":true})");
}
