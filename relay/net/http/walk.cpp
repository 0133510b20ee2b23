#include <utility>

#include "net/admin.h"
#include "net/handshake.h"
#include "net/http/publication.h"
#include "pipeline/pipeline.h"

// POST /api/v1/plugins/walk?stateful=1: what would become of an event; the body is that of POST
// /api/v1/events.

namespace relay {

// What is walked through plugins is counted by them, and with `stateful` remembered: not for pages of foreign
// origins.
void handle_walk(HttpExchange& exchange) {
  if (!origin_allowed(exchange.head(), exchange.services().config->server.cors_allowed_origins))
    return exchange.respond(origin_refused(exchange.head()));
  const std::string_view stateful = exchange.head().query_value("stateful");
  if (!stateful.empty() && stateful != "0" && stateful != "1")
    return exchange.respond(problem(400, "bad_query", "stateful: must be 0 or 1"));
  Result<std::vector<EventRef>> events = read_events(exchange);
  if (!events) return refuse_publication(exchange, events.error());
  if (events->size() != 1)
    return exchange.respond(problem(400, "not_one_event", "one event walks at a time; send one"));
  PipelineQuestion question;
  question.answer = [event = events->front(), asks_all = stateful == "1"](Pipeline& pipeline) {
    HttpResponse response;
    response.body = pipeline.walk(event, asks_all);
    return response;
  };
  (void)exchange.ask_pipeline(std::move(question));
}

}  // namespace relay
