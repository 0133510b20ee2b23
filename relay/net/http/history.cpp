#include <algorithm>
#include <charconv>
#include <utility>

#include "event/pattern.h"
#include "event/serialize.h"
#include "net/http/exchange.h"

// GET /api/v1/events?since=OFFSET&limit=N&match=PATTERNS: what the log still holds from OFFSET on, oldest
// first; `next` is the OFFSET to go on with.

namespace relay {
namespace {

constexpr uint64_t kDefaultLimit = 100;
constexpr uint64_t kMaxLimit = 1000;
constexpr size_t kReadAhead = 1000;
constexpr size_t kMaxBodyBytes = 4 << 20;

bool parse_number(std::string_view text, uint64_t fallback, uint64_t& value) {
  value = fallback;
  if (text.empty()) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// Appends matching events from `next` on; returns the offset to go on from.
uint64_t collect(const Log& log, const PatternSet& match, uint64_t next, uint64_t limit,
                 std::string& events) {
  std::vector<EventRef> chunk;
  for (uint64_t found = 0; found < limit && events.size() < kMaxBodyBytes;) {
    log.read(next, UINT64_MAX, kReadAhead, chunk);
    if (chunk.empty()) break;
    for (const EventRef& event : chunk) {
      if (found == limit || events.size() >= kMaxBodyBytes) return next;
      next = event->offset() + 1;
      if (!match.matches(event->type())) continue;
      if (found++ != 0) events += ',';
      append_cloudevent_json(events, *event, log.epoch());
    }
  }
  return next;
}

}  // namespace

void handle_history(HttpExchange& exchange) {
  const HttpRequestHead& head = exchange.head();
  uint64_t since = 0;
  uint64_t limit = 0;
  if (!parse_number(head.query_value("since"), 0, since) ||
      !parse_number(head.query_value("limit"), kDefaultLimit, limit)) {
    exchange.respond(problem(400, "bad_query", "since and limit are whole numbers: ?since=OFFSET&limit=N"));
    return;
  }
  const auto match = PatternSet::parse_list(head.query_value("match"));
  if (!match) {
    exchange.respond(problem(400, match.error().code, "match: " + match.error().message));
    return;
  }
  const Log& log = exchange.services().log;
  const Log::Bounds bounds = log.bounds();
  const uint64_t from = std::max(since, bounds.oldest);
  std::string events;
  const uint64_t next = collect(log, *match, from, std::min(limit, kMaxLimit), events);
  HttpResponse response;
  response.body = "{\"epoch\":\"" + log.epoch() + "\",\"oldest\":" + std::to_string(bounds.oldest) +
                  ",\"newest\":" + std::to_string(bounds.newest) + ",\"next\":" + std::to_string(next) +
                  ",\"events\":[" + events + "]}\n";
  exchange.respond(std::move(response));
}

}  // namespace relay
