#include "config/config.h"

namespace relay {

namespace {

RouteConfig route(std::string pattern, std::string event, std::string room) {
  RouteConfig route;
  route.match.push_back(std::move(pattern));
  route.event = std::move(event);
  route.rooms.push_back(std::move(room));
  return route;
}

PluginConfig plugin(std::string name) {
  PluginConfig plugin;
  plugin.path = name;
  plugin.name = std::move(name);
  return plugin;
}

}  // namespace

std::vector<RouteConfig> default_routes() {
  std::vector<RouteConfig> routes{
      route("agent.**", "agent_update", "observers"),
      route("task.**", "task_update", "observers"),
      route("project.**", "project_update", "observers"),
      route("system.**", "health_update", "observers"),
      route("decision.**", "decision_event", "observers"),
      route("conversation.**", "conversation_event", "observers"),
      route("task.blocked", "blocker_event", "observers"),
      route("**", "generic_update", "general"),
  };
  routes.back().fallback = true;
  return routes;
}

std::vector<PluginConfig> default_plugins() { return {plugin("marcus"), plugin("marcus-ui")}; }

Config default_config() {
  Config config;
  config.plugins = default_plugins();
  config.routes = default_routes();
  return config;
}

}  // namespace relay
