#include <string>

#include "net/authentication.h"
#include "net/http/exchange.h"
#include "session/permission.h"
#include "session/presence_watch.h"

// GET /api/v1/presence?namespace=/&room=ROOM: who is in a room that is watched; answered by the pipeline.

namespace relay {

void handle_presence(HttpExchange& exchange) {
  const std::string room(exchange.head().query_value("room"));
  const std::string_view given = exchange.head().query_value("namespace");
  const std::string_view namespace_ = given.empty() ? "/" : given;
  if (const Status allowed = check_room(exchange.access().get(), {namespace_, room}); !allowed)
    return exchange.respond(access_refused(allowed.error()));
  if (const Status watched = check_watched(*exchange.services().config, room); !watched) {
    const Error& error = watched.error();
    const int status = error.code == "no_presence" ? 404 : 400;
    return exchange.respond(problem(status, error.code, error.subject + ": " + error.message));
  }
  constexpr uint64_t kRequest = 0;
  if (exchange.services().publisher.ask_presence(namespace_, room, exchange.connection_id(), kRequest))
    return;
  exchange.respond(problem(503, "busy", "too many questions are waiting; try again in a moment"));
}

}  // namespace relay
