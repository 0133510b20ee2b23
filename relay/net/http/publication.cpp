#include "net/http/publication.h"

#include <utility>

#include "codec/zstd_body.h"

namespace relay {
namespace {

constexpr uint64_t kToken = 1;  // one request, one publication
constexpr size_t kMaxKey = 256;

int status_of(const Error& error) {
  if (error.code == "unsupported_media_type" || error.code == "unsupported_encoding") return 415;
  if (error.code == "too_large" || error.code == "body_too_large" || error.code == "too_many_events")
    return 413;
  if (error.code == "forbidden") return 403;
  return 400;
}

}  // namespace

Result<std::string_view> plain_body(HttpExchange& exchange, std::string& storage) {
  const std::string_view encoding = exchange.head().header("content-encoding");
  if (encoding.empty() || encoding == "identity") return exchange.body();
  if (encoding != "zstd")
    return fail("unsupported_encoding", "Content-Encoding", "send the body plain or as zstd");
  const auto limit = static_cast<size_t>(exchange.services().config->server.max_http_buffer_size);
  Result<std::string> plain = decompress_zstd(exchange.body(), limit);
  if (!plain) return tl::unexpected<Error>(plain.error());
  storage = std::move(*plain);
  return storage;
}

std::string_view media_type(const HttpExchange& exchange) {
  std::string_view type = exchange.head().header("content-type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return type;
}

// curl -d without a header says it sends a form; what it sends is JSON all the same.
bool is_json_type(std::string_view media_type) {
  return media_type.empty() || media_type == "application/json" ||
         media_type == "application/x-www-form-urlencoded";
}

void refuse_publication(HttpExchange& exchange, const Error& error) {
  ++exchange.services().counters.messages_refused;
  exchange.respond(problem(status_of(error), error.code, error.subject + ": " + error.message));
}

void submit_publication(HttpExchange& exchange, std::vector<EventRef> events) {
  if (events.empty()) return exchange.respond(publish_response(PublishResult()));
  const std::string_view key = exchange.head().header("idempotency-key");
  if (key.size() > kMaxKey)
    return refuse_publication(exchange, {"bad_key", "Idempotency-Key",
                                         "has " + std::to_string(key.size()) + " bytes, at most " +
                                             std::to_string(kMaxKey) + " are taken"});
  // Nobody can take the key that another one will use.
  std::string own_key(key);
  if (!key.empty() && !exchange.subject().empty()) own_key.append("\n").append(exchange.subject());
  if (exchange.services().publisher.submit(events, exchange.connection_id(), kToken, own_key)) return;
  if (const std::string why = exchange.services().publisher.refusal(); !why.empty()) {
    HttpResponse stuck = problem(503, why, "the journal cannot be written; publish again in a moment");
    stuck.headers.emplace_back("Retry-After", "5");
    return exchange.respond(std::move(stuck));
  }
  HttpResponse busy = problem(429, "intake_full", "the relay takes in no more events right now; try again");
  busy.headers.emplace_back("Retry-After", "1");
  exchange.respond(std::move(busy));
}

}  // namespace relay
