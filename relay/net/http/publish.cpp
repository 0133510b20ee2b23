#include <seneca/json.hpp>
#include <utility>

#include "codec/zstd_body.h"
#include "event/envelope.h"
#include "net/http/exchange.h"

// POST /api/v1/events: one event, an array, CloudEvents in structured, batch and binary mode, or NDJSON.

namespace relay {
namespace {

constexpr uint64_t kToken = 1;  // one request, one publication

std::string_view media_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (!content_type.empty() && content_type.back() == ' ') content_type.remove_suffix(1);
  return content_type;
}

Result<std::vector<EventRef>> single(Result<EventRef> event) {
  if (!event) return tl::unexpected(event.error());
  return std::vector<EventRef>{std::move(*event)};
}

Result<std::vector<EventRef>> parse_body(const HttpRequestHead& head, std::string_view body,
                                         const EnvelopeOptions& options) {
  const std::string content_type = std::string(head.header("content-type"));
  if (!head.header("ce-specversion").empty()) {
    std::vector<HeaderField> headers(head.headers.begin(), head.headers.end());
    return single(event_from_cloudevent_headers(headers, content_type, body, options));
  }
  const std::string_view type = media_type(content_type);
  if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl")
    return parse_ndjson(body, options);
  // curl -d without a header says it sends a form; what it sends is JSON all the same.
  if (type.empty() || type == "application/json" || type == "application/cloudevents+json" ||
      type == "application/cloudevents-batch+json" || type == "application/x-www-form-urlencoded")
    return parse_events(body, options);
  return fail("unsupported_media_type", "Content-Type",
              "send application/json, application/cloudevents+json, application/cloudevents-batch+json or "
              "application/x-ndjson");
}

int status_of(const Error& error) {
  if (error.code == "unsupported_media_type") return 415;
  if (error.code == "too_large" || error.code == "body_too_large" || error.code == "too_many_events")
    return 413;
  return 400;
}

HttpResponse refusal(const Error& error) {
  return problem(status_of(error), error.code, error.subject + ": " + error.message);
}

EnvelopeOptions options_for(const ShardServices& services) {
  EnvelopeOptions options;
  options.default_source = "/http";
  options.now_wall_us = services.clock.wall_us();
  options.max_data = static_cast<size_t>(services.config->security.content_filtering.max_message_size);
  return options;
}

}  // namespace

void handle_publish(HttpExchange& exchange) {
  ShardServices& services = exchange.services();
  std::string_view body = exchange.body();
  std::string decompressed;
  const std::string_view encoding = exchange.head().header("content-encoding");
  if (encoding == "zstd") {
    auto plain = decompress_zstd(body, static_cast<size_t>(services.config->server.max_http_buffer_size));
    if (!plain) {
      exchange.respond(refusal(plain.error()));
      return;
    }
    decompressed = std::move(*plain);
    body = decompressed;
  } else if (!encoding.empty() && encoding != "identity") {
    exchange.respond(
        problem(415, "unsupported_encoding", "Content-Encoding: send the body plain or as zstd"));
    return;
  }
  auto events = parse_body(exchange.head(), body, options_for(services));
  if (!events) {
    ++services.counters.messages_refused;
    exchange.respond(refusal(events.error()));
    return;
  }
  if (events->empty()) {
    exchange.respond(publish_response(PublishResult()));
    return;
  }
  if (services.publisher.submit(*events, exchange.connection_id(), kToken)) return;
  HttpResponse busy = problem(429, "intake_full", "the relay takes in no more events right now; try again");
  busy.headers.emplace_back("Retry-After", "1");
  exchange.respond(std::move(busy));
}

HttpResponse publish_response(const PublishResult& result) {
  if (result.accepted == 0 && result.rejected > 0) return problem(422, "rejected", result.reason);
  HttpResponse response;
  response.status = 202;
  std::string& body = response.body;
  body = "{\"accepted\":" + std::to_string(result.accepted);
  if (result.rejected > 0) {
    body += ",\"rejected\":" + std::to_string(result.rejected) + ",\"reason\":";
    seneca::append_json_string(body, result.reason);
  }
  if (result.first_offset != 0)
    body += ",\"first_offset\":" + std::to_string(result.first_offset) +
            ",\"last_offset\":" + std::to_string(result.last_offset);
  body += "}\n";
  return response;
}

}  // namespace relay
