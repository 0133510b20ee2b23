#include <algorithm>
#include <array>
#include <utility>

#include "net/admin.h"
#include "net/handshake.h"
#include "net/http/exchange.h"

// POST /api/v1/plugins/NAME/{reload,enable,disable}: carried out and answered by the control thread.

namespace relay {
namespace {

using What = PluginOrder::What;

constexpr std::array<std::pair<std::string_view, What>, 3> kOrders = {
    {{"reload", What::reload}, {"enable", What::enable}, {"disable", What::disable}}};

}  // namespace

// As with emissions: what changes the relay is not for pages of foreign origins.
void handle_plugin_order(HttpExchange& exchange) {
  if (!origin_allowed(exchange.head(), exchange.services().config->server.cors_allowed_origins))
    return exchange.respond(origin_refused(exchange.head()));
  const std::string_view rest = std::string_view(exchange.head().path).substr(kPluginPath.size());
  const size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view verb = rest.substr(std::min(slash + 1, rest.size()));
  const auto known =
      std::find_if(kOrders.begin(), kOrders.end(), [verb](const auto& each) { return each.first == verb; });
  if (known == kOrders.end() || slash == 0)
    return exchange.respond(problem(
        404, "not_found", "there is nothing at this path; NAME/reload, NAME/enable, NAME/disable are"));
  PluginOrder order;
  order.what = known->second;
  order.name = rest.substr(0, slash);
  order.shard = exchange.shard_number();
  order.connection_id = exchange.connection_id();
  if (!exchange.draining() && exchange.admin().order(std::move(order))) return;
  exchange.respond(problem(503, "busy", "the relay takes no orders right now; try again in a moment"));
}

}  // namespace relay
