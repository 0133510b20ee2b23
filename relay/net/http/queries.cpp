#include "net/admin.h"
#include "net/http/exchange.h"

// GET /api/v1/{stats,clients,rooms,plugins}: answered by the control thread, which asks every shard.

namespace relay {
namespace {

void ask(HttpExchange& exchange, AdminQuery what) {
  if (exchange.admin().query(what, exchange.shard_number(), exchange.connection_id())) return;
  exchange.respond(problem(503, "busy", "too many questions are waiting; try again in a moment"));
}

}  // namespace

void handle_stats(HttpExchange& exchange) { ask(exchange, AdminQuery::stats); }
void handle_clients(HttpExchange& exchange) { ask(exchange, AdminQuery::clients); }
void handle_rooms(HttpExchange& exchange) { ask(exchange, AdminQuery::rooms); }
void handle_plugins(HttpExchange& exchange) { ask(exchange, AdminQuery::plugins); }

}  // namespace relay
