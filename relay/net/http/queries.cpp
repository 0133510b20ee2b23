#include <charconv>
#include <utility>

#include "net/admin.h"
#include "net/http/exchange.h"

// GET /api/v1/{stats,clients,rooms,plugins,why}: answered by the control thread, which asks every shard.

namespace relay {
namespace {

void ask(HttpExchange& exchange, AdminQuestion question) {
  question.shard = exchange.shard_number();
  question.connection_id = exchange.connection_id();
  if (exchange.admin().ask(std::move(question))) return;
  exchange.respond(problem(503, "busy", "too many questions are waiting; try again in a moment"));
}

void ask(HttpExchange& exchange, AdminQuery what) {
  AdminQuestion question;
  question.what = what;
  ask(exchange, std::move(question));
}

}  // namespace

bool HttpExchange::ask_pipeline(PipelineQuestion question) {
  question.shard = shard_number();
  question.connection_id = connection_id();
  if (!draining() && admin().ask_pipeline(std::move(question))) return true;
  respond(problem(503, "busy", "too many questions are waiting; try again in a moment"));
  return false;
}

void handle_stats(HttpExchange& exchange) { ask(exchange, AdminQuery::stats); }
void handle_clients(HttpExchange& exchange) { ask(exchange, AdminQuery::clients); }
void handle_rooms(HttpExchange& exchange) { ask(exchange, AdminQuery::rooms); }
void handle_plugins(HttpExchange& exchange) { ask(exchange, AdminQuery::plugins); }

void handle_why(HttpExchange& exchange) {
  const HttpRequestHead& head = exchange.head();
  const std::string_view offset = head.query_value("offset");
  AdminQuestion question;
  question.what = AdminQuery::why;
  question.client = head.query_value("client");
  const auto [end, error] = std::from_chars(offset.data(), offset.data() + offset.size(), question.offset);
  if (question.client.empty() || error != std::errc() || end != offset.data() + offset.size()) {
    exchange.respond(problem(400, "bad_query",
                             "give a client's id and an offset: ?client=ID&offset=N (ids: /api/v1/clients)"));
    return;
  }
  ask(exchange, std::move(question));
}

}  // namespace relay
