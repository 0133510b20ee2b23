#include <seneca/json.hpp>
#include <utility>

#include "net/http/publication.h"
#include "session/client_envelope.h"
#include "session/permission.h"

// POST /api/v1/events: one event, an array, CloudEvents in structured, batch and binary mode, or NDJSON. With
// ?journal=no the events go out live only.

namespace relay {
namespace {

Result<std::vector<EventRef>> single(Result<EventRef> event) {
  if (!event) return tl::unexpected(event.error());
  return std::vector<EventRef>{std::move(*event)};
}

}  // namespace

Result<std::vector<EventRef>> read_events(HttpExchange& exchange) {
  const HttpRequestHead& head = exchange.head();
  const EnvelopeOptions options = client_envelope(exchange.services(), "/http");
  std::string storage;
  const Result<std::string_view> plain = plain_body(exchange, storage);
  if (!plain) return tl::unexpected<Error>(plain.error());
  const std::string_view body = *plain;
  if (!head.header("ce-specversion").empty()) {
    std::vector<HeaderField> headers(head.headers.begin(), head.headers.end());
    return single(event_from_cloudevent_headers(headers, head.header("content-type"), body, options));
  }
  const std::string_view type = media_type(exchange);
  if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl")
    return parse_ndjson(body, options);
  if (is_json_type(type) || type == "application/cloudevents+json" ||
      type == "application/cloudevents-batch+json")
    return parse_events(body, options);
  return fail("unsupported_media_type", "Content-Type",
              "send application/json, application/cloudevents+json, application/cloudevents-batch+json or "
              "application/x-ndjson");
}

void handle_publish(HttpExchange& exchange) {
  Result<std::vector<EventRef>> events = read_events(exchange);
  if (!events) return refuse_publication(exchange, events.error());
  if (const Status allowed = check_publish(exchange.access().get(), *events); !allowed)
    return refuse_publication(exchange, allowed.error());
  const std::string_view journal = exchange.head().query_value("journal");
  if (!journal.empty() && journal != "no")
    return refuse_publication(exchange, {"bad_query", "journal", "is no, or left out"});
  for (const EventRef& event : *events) event->set_transient(journal == "no");
  submit_publication(exchange, std::move(*events));
}

HttpResponse publish_response(const PublishResult& result) {
  if (!result.unkept.empty()) return problem(503, result.unkept, kUnkept);
  if (result.accepted == 0 && result.rejected > 0) return problem(422, "rejected", result.reason);
  HttpResponse response;
  response.status = 202;
  std::string& body = response.body;
  body = "{\"accepted\":" + std::to_string(result.accepted);
  if (result.rejected > 0) {
    body += ",\"rejected\":" + std::to_string(result.rejected) + ",\"reason\":";
    seneca::append_json_string(body, result.reason);
  }
  if (result.repeated > 0) body += ",\"repeated\":" + std::to_string(result.repeated);
  if (result.first_offset != 0)
    body += ",\"first_offset\":" + std::to_string(result.first_offset) +
            ",\"last_offset\":" + std::to_string(result.last_offset);
  body += "}\n";
  return response;
}

}  // namespace relay
