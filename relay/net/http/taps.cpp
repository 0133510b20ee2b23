#include <memory>
#include <string>
#include <utility>

#include "net/admin.h"
#include "net/handshake.h"
#include "net/http/exchange.h"
#include "pipeline/pipeline.h"

// GET /api/v1/taps?stage=NAME&diff=1&match=PATTERNS&filter=EXPRESSION: an event stream of what passes there.

namespace relay {
namespace {

Result<TapPlace> read_place(const HttpRequestHead& head) {
  TapPlace place;
  place.stage = head.query_value("stage");
  if (place.stage.empty()) return fail("bad_query", "stage", "say where to look: ?stage=in, out or a plugin");
  const std::string_view diff = head.query_value("diff");
  if (!diff.empty() && diff != "0" && diff != "1") return fail("bad_query", "diff", "must be 0 or 1");
  place.diff = diff == "1";
  auto match = PatternSet::parse_list(head.query_value("match"));
  if (!match) return tl::unexpected(match.error());
  place.match = std::move(*match);
  auto filter = Filter::parse(head.query_value("filter"));
  if (!filter) return tl::unexpected(filter.error());
  place.filter = std::move(*filter);
  return place;
}

HttpResponse refusal(const Error& error) {
  const int status = error.code == "stage_unknown" ? 404 : error.code == "too_many_taps" ? 503 : 400;
  return problem(status, error.code, error.subject + ": " + error.message);
}

}  // namespace

// There are few taps: pages of foreign origins shall not use them up.
void handle_tap(HttpExchange& exchange) {
  if (!origin_allowed(exchange.head(), exchange.services().config->server.cors_allowed_origins))
    return exchange.respond(origin_refused(exchange.head()));
  Result<TapPlace> place = read_place(exchange.head());
  if (!place) return exchange.respond(refusal(place.error()));
  const auto tap = std::make_shared<Tap>(std::move(*place));
  PipelineQuestion question;
  question.answer = [tap](Pipeline& pipeline) {
    const Status opened = pipeline.open_tap(tap);
    return opened ? HttpResponse() : refusal(opened.error());
  };
  if (!exchange.ask_pipeline(std::move(question))) return;
  // Left when the reader's last pointer goes, wherever the request ends.
  exchange.stream_if_ok(std::shared_ptr<Tap>(tap.get(), [tap](Tap*) { tap->leave(); }));
}

}  // namespace relay
