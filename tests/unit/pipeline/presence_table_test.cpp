#include "pipeline/presence_table.h"

#include <seneca/json.hpp>
#include <set>

#include "support/catch.h"
#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

using Texts = std::vector<std::string>;

struct Table {
  /// "joined team a 1": what the change made, as type, room, client and members.
  Texts change(bool joined, const std::string& room, const std::string& client,
               const std::string& namespace_ = "/") {
    std::vector<EventRef> events;
    table.apply({joined, namespace_, room, client}, 1772582400'000000, events);
    Texts texts;
    for (const EventRef& event : events) {
      REQUIRE(is_presence(event->type()));
      const seneca::JsonView data(event->data());
      CHECK(event->source() == "/presence");
      CHECK(event->subject() == "room:" + data.get("room").string());
      CHECK(event->time_us() == 1772582400'000000);
      CHECK(data.get("namespace").string() == namespace_);
      texts.push_back(std::string(event->type().substr(presence_type::kPrefix.size())) + ' ' +
                      data.get("room").string() + ' ' + data.get("client").string() + ' ' +
                      std::string(data.get("members").raw()));
    }
    return texts;
  }
  Texts join(const std::string& room, const std::string& client) { return change(true, room, client); }
  Texts leave(const std::string& room, const std::string& client) { return change(false, room, client); }

  RecordingLogger logger;
  PresenceTable table{logger, {2, 3}};
};

}  // namespace

TEST_CASE("the first member occupies a room and the last one vacates it") {
  Table bench;
  CHECK(bench.join("team", "a") == Texts{"joined team a 1", "occupied team a 1"});
  CHECK(bench.join("team", "b") == Texts{"joined team b 2"});
  CHECK(bench.leave("team", "a") == Texts{"left team a 1"});
  CHECK(bench.leave("team", "b") == Texts{"left team b 0", "vacated team b 0"});
  CHECK(bench.join("team", "b") == Texts{"joined team b 1", "occupied team b 1"});
}

TEST_CASE("a client that joined twice is one member until it has left twice") {
  Table bench;
  bench.join("team", "a");
  CHECK(bench.join("team", "a").empty());
  CHECK(bench.table.describe("/", "team") == R"("room":"team","members":["a"],"count":1)");
  CHECK(bench.leave("team", "a").empty());
  CHECK(bench.leave("team", "a") == Texts{"left team a 0", "vacated team a 0"});
  CHECK(bench.leave("team", "a").empty());
}

TEST_CASE("rooms of two namespaces are two rooms") {
  Table bench;
  bench.join("team", "a");
  CHECK(bench.change(true, "team", "b", "/admin") == Texts{"joined team b 1", "occupied team b 1"});
  CHECK(bench.table.describe("/admin", "team") == R"("room":"team","members":["b"],"count":1)");
  CHECK(bench.table.describe("/none", "team") == R"("room":"team","members":[],"count":0)");
}

TEST_CASE("what is beyond the bounds is not counted, told once and not missed when it leaves") {
  Table bench;
  bench.join("one", "a");
  bench.join("two", "a");
  CHECK(bench.join("three", "a").empty());
  CHECK(bench.join("two", "b") == Texts{"joined two b 2"});
  CHECK(bench.join("two", "c").empty());
  CHECK(bench.table.counters().rooms == 2);
  CHECK(bench.table.counters().members == 3);
  CHECK(bench.table.counters().not_counted == 2);
  CHECK(bench.logger.lines.size() == 1);
  CHECK(bench.leave("three", "a").empty());
  CHECK(bench.leave("two", "c").empty());
  CHECK(bench.leave("one", "a") == Texts{"left one a 0", "vacated one a 0"});
  CHECK(bench.join("three", "a") == Texts{"joined three a 1", "occupied three a 1"});
  CHECK(bench.table.counters().rooms == 2);
}

TEST_CASE("an answer names a thousand members and counts all") {
  RecordingLogger logger;
  PresenceTable table(logger);
  std::vector<EventRef> events;
  const auto named = [&table] {
    const std::string json = '{' + table.describe("/", "team") + '}';
    std::set<std::string> clients;
    for (const seneca::JsonView& member : seneca::JsonView(json).get("members").items())
      clients.insert(member.string());
    return clients.size();
  };
  for (int i = 0; i < 1000; ++i) table.apply({true, "/", "team", "c" + std::to_string(i)}, 1, events);
  CHECK(named() == 1000);
  CHECK(table.describe("/", "team").ends_with(R"(],"count":1000)"));
  table.apply({true, "/", "team", "one more"}, 1, events);
  CHECK(named() == 1000);
  CHECK(table.describe("/", "team").ends_with(R"(],"count":1001,"more":true)"));
}
