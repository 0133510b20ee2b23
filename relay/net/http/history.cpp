#include <algorithm>
#include <charconv>
#include <utility>

#include "codec/gap.h"
#include "event/extension.h"
#include "event/pattern.h"
#include "event/serialize.h"
#include "hub/visibility.h"
#include "net/authentication.h"
#include "net/http/exchange.h"
#include "pipeline/dead_letters.h"
#include "session/history.h"
#include "session/permission.h"
#include "session/start_position.h"

// GET /api/v1/events?since=OFFSET|TIME|DURATION&last=N&limit=N&match=PATTERNS&subject=TEXT: what the log
// still holds from there on, or of that the newest N, oldest first; `next` is the OFFSET to go on with,
// `gaps` what should be there and cannot be read. GET /api/v1/dead-letters, also with plugin=NAME: the same
// of the events that plugins have failed on.

namespace relay {
namespace {

constexpr uint64_t kDefaultLimit = 100;
constexpr uint64_t kMaxLimit = 1000;
constexpr size_t kReadAhead = 1000;
constexpr size_t kMaxBodyBytes = 4 << 20;
/// Events looked at for one answer: others wait for the same thread.
constexpr uint64_t kMaxLooked = 200'000;

/// What a request asks for.
struct Wanted {
  uint64_t since = 0;
  uint64_t limit = 0;
  uint64_t last = 0;    ///< 0: not so asked
  std::string plugin;   ///< "": any
  std::string subject;  ///< likewise
  int64_t not_before_us = INT64_MIN;
  PatternSet match;
  AccessRef access;  ///< of who asks; null: everything
  std::shared_ptr<const RouteTable> routes;

  [[nodiscard]] bool takes(const Event& event) const {
    return match.matches(event.type()) && event.time_us() >= not_before_us &&
           (subject.empty() || event.subject() == subject) &&
           (plugin.empty() ||
            find_extension(event.fields().extensions, dead_letter::kPlugin).equals(plugin)) &&
           (access == nullptr || may_see(*access, *routes, event));
  }
};

bool parse_number(std::string_view text, uint64_t fallback, uint64_t& value) {
  value = fallback;
  if (text.empty()) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Status read_since(std::string_view text, const ShardServices& services, Wanted& wanted) {
  if (parse_number(text, 0, wanted.since)) return {};
  const Result<StartPosition> start = parse_since(text, services);
  if (!start) return tl::unexpected(start.error());
  wanted.since = start->value;
  wanted.not_before_us = start->not_before_us;
  return {};
}

Result<Wanted> read_query(const HttpRequestHead& head, const ShardServices& services) {
  Wanted wanted;
  if (Status since = read_since(head.query_value("since"), services, wanted); !since)
    return fail("bad_query", "", "since " + since.error().message);
  if (!parse_number(head.query_value("last"), 0, wanted.last) ||
      !parse_number(head.query_value("limit"), wanted.last > 0 ? kMaxLimit : kDefaultLimit, wanted.limit))
    return fail("bad_query", "", "last and limit are whole numbers: ?last=N&limit=N");
  auto match = PatternSet::parse_list(head.query_value("match"));
  if (!match) return fail(match.error().code, "", "match: " + match.error().message);
  wanted.match = std::move(*match);
  wanted.plugin = head.query_value("plugin");
  wanted.subject = head.query_value("subject");
  wanted.limit = std::min(wanted.limit, kMaxLimit);
  return wanted;
}

using Holes = std::vector<LogReader::Hole>;

// Where the newest `last` of those from `from` to `newest` begin.
uint64_t start_of_last(LogReader& reader, const Wanted& wanted, uint64_t from, uint64_t newest) {
  std::vector<EventRef> chunk;
  Holes ignored;
  uint64_t found = 0;
  from = std::max(from, newest > kMaxLooked ? newest - kMaxLooked : 0);
  for (uint64_t end = newest; end >= from && end > 0;) {
    const uint64_t begin = std::max(from, end - std::min<uint64_t>(end - 1, kReadAhead - 1));
    reader.read(begin, end, kReadAhead, chunk, ignored);
    for (auto event = chunk.rbegin(); event != chunk.rend(); ++event)
      if (wanted.takes(**event) && ++found == wanted.last) return (*event)->offset();
    end = begin - 1;
  }
  return from;
}

// Appends what is wanted from `next` on; returns the offset to go on from.
uint64_t collect(LogReader& reader, const std::string& epoch, const Wanted& wanted, uint64_t next,
                 std::string& events, Holes& holes) {
  std::vector<EventRef> chunk;
  uint64_t found = 0;
  for (uint64_t looked_at = 0;
       found < wanted.limit && events.size() < kMaxBodyBytes && looked_at < kMaxLooked;) {
    if (!wanted.subject.empty()) next = reader.next_about(wanted.subject, next);
    const uint64_t begin = next;
    const uint64_t looked = reader.read(next, UINT64_MAX - 1, kReadAhead, chunk, holes);
    if (looked == next) break;
    for (const EventRef& event : chunk) {
      if (found == wanted.limit || events.size() >= kMaxBodyBytes) return next;
      next = event->offset() + 1;
      if (!wanted.takes(*event)) continue;
      if (found++ != 0) events += ',';
      append_cloudevent_json(events, *event, epoch);
    }
    looked_at += looked - begin;
    next = looked;
  }
  return next;
}

// What is gone before the first offset asked for was never to be had; what cannot be read was.
std::string gaps_json(const Holes& holes, uint64_t end) {
  std::string json;
  for (const LogReader::Hole& hole : holes) {
    if (hole.from >= end) continue;
    json += json.empty() ? "" : ",";
    json += encode_gap({hole.to - hole.from + 1, hole.from, hole.to,
                        hole.damaged ? gap_reason::kDamaged : gap_reason::kExpired});
  }
  return json.empty() ? "" : ",\"gaps\":[" + json + "]";
}

HttpResponse history_of(LogReader& reader, const Log& log, const Wanted& wanted) {
  const Log::Bounds bounds = log.bounds();
  uint64_t from = std::max(wanted.since, bounds.oldest);
  if (wanted.last > 0) from = start_of_last(reader, wanted, from, bounds.newest);
  std::string events;
  Holes holes;
  const uint64_t next = collect(reader, log.epoch(), wanted, from, events, holes);
  HttpResponse response;
  response.body = "{\"epoch\":\"" + log.epoch() + "\",\"oldest\":" + std::to_string(bounds.oldest) +
                  ",\"newest\":" + std::to_string(bounds.newest) + ",\"next\":" + std::to_string(next) +
                  gaps_json(holes, next) + ",\"events\":[" + events + "]}\n";
  return response;
}

void respond(HttpExchange& exchange, const Log& log) {
  Result<Wanted> wanted = read_query(exchange.head(), exchange.services());
  if (!wanted) return exchange.respond(problem(400, wanted.error().code, wanted.error().message));
  if (const Status allowed = check_types(exchange.access().get(), wanted->match); !allowed)
    return exchange.respond(access_refused(allowed.error()));
  if (AccessRef access = exchange.access(); access != nullptr && !access->sees_everything()) {
    wanted->access = std::move(access);
    wanted->routes = exchange.services().hub.shared_routes();
  }
  const auto job = [&log, wanted = std::move(*wanted)](LogReader& reader) {
    return history_of(reader, log, wanted);
  };
  if (!exchange.services().history.answer(log, exchange.connection_id(), job))
    exchange.respond(problem(503, "busy", "too many reads of the past wait; ask again in a moment"));
}

}  // namespace

void handle_history(HttpExchange& exchange) { respond(exchange, exchange.services().log); }
void handle_dead_letters(HttpExchange& exchange) { respond(exchange, exchange.services().dead_letters); }

}  // namespace relay
