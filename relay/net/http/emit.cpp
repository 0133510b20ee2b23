#include <seneca/json.hpp>

#include "codec/emission.h"
#include "event/event_draft.h"
#include "net/handshake.h"
#include "net/http/publication.h"
#include "session/client_envelope.h"

// POST /api/v1/emit, /api/v1/sockets/join, /leave and /disconnect: emissions, each an event of the relay's
// own types whose data is the body.

namespace relay {
namespace {

Result<EventRef> read_emission(HttpExchange& exchange, std::string_view type) {
  if (!is_json_type(media_type(exchange)))
    return fail("unsupported_media_type", "Content-Type", "send application/json");
  std::string storage;
  const Result<std::string_view> body = plain_body(exchange, storage);
  if (!body) return tl::unexpected<Error>(body.error());
  if (const Result<Emission> emission = parse_emission(type, *body); !emission)
    return tl::unexpected<Error>(emission.error());
  EnvelopeOptions options = client_envelope(exchange.services(), "/http");
  options.reserved_types = true;
  EventDraft draft(options);
  draft.fields.type = type;
  draft.fields.data = seneca::JsonView(*body).raw();
  return draft.finish();
}

// These endpoints act on clients, so a page of a foreign origin is refused as it would be a WebSocket.
void publish_emission(HttpExchange& exchange, std::string_view type) {
  if (!origin_allowed(exchange.head(), exchange.services().config->server.cors_allowed_origins))
    return exchange.respond(origin_refused(exchange.head()));
  const Result<EventRef> event = read_emission(exchange, type);
  if (!event) return refuse_publication(exchange, event.error());
  submit_publication(exchange, {*event});
}

}  // namespace

void handle_emit(HttpExchange& exchange) { publish_emission(exchange, emission_type::kEmit); }

void handle_sockets_join(HttpExchange& exchange) { publish_emission(exchange, emission_type::kJoin); }

void handle_sockets_leave(HttpExchange& exchange) { publish_emission(exchange, emission_type::kLeave); }

void handle_sockets_disconnect(HttpExchange& exchange) {
  publish_emission(exchange, emission_type::kDisconnect);
}

}  // namespace relay
