#include "pipeline/route_table.h"

#include "support/catch.h"

using namespace relay;

namespace {

RouteConfig route(std::vector<std::string> match, std::string event) {
  RouteConfig config;
  config.match = std::move(match);
  config.event = std::move(event);
  config.rooms = {"general"};
  return config;
}

std::vector<std::string> routed(const std::vector<RouteConfig>& routes, const std::string& type,
                                const std::string& data = "1") {
  const auto table = compile_routes(routes);
  REQUIRE(table);
  EventFields fields;
  fields.type = type;
  fields.data = data;
  std::vector<Delivery> deliveries;
  const uint32_t count = route_event(**table, *Event::make(fields), deliveries);
  CHECK(count == deliveries.size());
  std::vector<std::string> names;
  for (const Delivery& delivery : deliveries) {
    names.push_back(delivery.route->event);
    CHECK(delivery.view == -1);
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an event leaves by every route that takes it, in the order of the configuration") {
  const std::vector<RouteConfig> routes = {route({"a.*"}, "one"), route({"x.**"}, "two"),
                                           route({"**"}, "three")};
  CHECK(routed(routes, "a.b") == Names{"one", "three"});
  CHECK(routed(routes, "x.y.z") == Names{"two", "three"});
  CHECK(routed(routes, "b") == Names{"three"});
}

TEST_CASE("fallback routes take what no other does, wherever they stand") {
  std::vector<RouteConfig> routes = {route({"**"}, "rest"), route({"a.*"}, "one"),
                                     route({"b.*"}, "some rest")};
  routes[0].fallback = routes[2].fallback = true;
  CHECK(routed(routes, "a.b") == Names{"one"});
  CHECK(routed(routes, "c") == Names{"rest"});
  CHECK(routed(routes, "b.c") == Names{"rest", "some rest"});
}

TEST_CASE("a filter narrows a route, and what it leaves falls back") {
  std::vector<RouteConfig> routes = {route({"a.*"}, "big"), route({"**"}, "rest")};
  routes[0].filter = "data.n > 5";
  routes[1].fallback = true;
  CHECK(routed(routes, "a.b", R"({"n":6})") == Names{"big"});
  CHECK(routed(routes, "a.b", R"({"n":5})") == Names{"rest"});
}

TEST_CASE("an event without a route has no delivery") {
  CHECK(routed({route({"a.*"}, "one")}, "b").empty());
  CHECK(routed({}, "b").empty());
}

TEST_CASE("a route's priority is taken over only when it has one") {
  std::vector<RouteConfig> routes = {route({"**"}, "urgent"), route({"**"}, "usual")};
  routes[0].priority = "critical";
  const auto table = compile_routes(routes);
  REQUIRE(table);
  CHECK((**table)[0].has_priority);
  CHECK((**table)[0].priority == Priority::critical);
  CHECK_FALSE((**table)[1].has_priority);
}

TEST_CASE("an error names the route it is in") {
  std::vector<RouteConfig> bad_match = {route({"**"}, "one"), route({"a..b"}, "two")};
  CHECK(compile_routes(bad_match).error().subject == "routes/1/match");
  std::vector<RouteConfig> bad_filter = {route({"**"}, "one")};
  bad_filter[0].filter = "data.n >";
  CHECK(compile_routes(bad_filter).error().subject == "routes/0/filter");
}

TEST_CASE("a route takes the news of plugins only where it names them") {
  const std::vector<RouteConfig> routes = {route({"**"}, "all"), route({"seneca.plugin.**"}, "plugins")};
  CHECK(routed(routes, "seneca.plugin.disabled") == Names{"plugins"});
  CHECK(routed({routes[0]}, "seneca.plugin.disabled").empty());
}

TEST_CASE("a route takes the events of presence only where it names them, and no other type of the relay's") {
  std::vector<RouteConfig> routes = {route({"**"}, "all"), route({"seneca.**"}, "the relay's"),
                                     route({"task.**", "seneca.presence.**"}, "presence"),
                                     route({"**", "seneca.presence.left"}, "left"),
                                     route({"seneca.presence.**"}, "fallback")};
  routes[4].fallback = true;
  CHECK(routed(routes, "seneca.presence.joined") == Names{"presence"});
  CHECK(routed(routes, "seneca.presence.left") == Names{"presence", "left"});
  CHECK(routed(routes, "seneca.emit").empty());
  CHECK(routed({routes[0], routes[1], routes[4]}, "seneca.presence.left").empty());
}
