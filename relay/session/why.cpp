#include "session/why.h"

#include <vector>

#include "base/clock.h"
#include "session/session.h"

namespace relay {
namespace {

std::string range(uint64_t from, uint64_t to) {
  return from == to ? "offset " + std::to_string(from)
                    : "offsets " + std::to_string(from) + " to " + std::to_string(to);
}

std::string describe_drop(const DropLedger::Run& run) {
  return "dropped because of " + std::string(to_string(run.reason)) + ", with " + range(run.from, run.to) +
         ", at " + format_rfc3339(run.wall_us);
}

EventRef read_event(const Log& log, uint64_t offset) {
  std::vector<EventRef> events;
  log.read(offset, offset, 1, events);
  return events.empty() ? EventRef() : events.front();
}

Explanation not_in_log(const Log& log) {
  const Log::Bounds bounds = log.bounds();
  return {why::kNotInLog, "the log holds " + range(bounds.oldest, bounds.newest)};
}

}  // namespace

Explanation explain_drops(std::string_view client, uint64_t offset, const ShardServices& services) {
  if (const auto run = services.drops.find(client, offset)) return {why::kDropped, describe_drop(*run)};
  return {why::kUnknownClient, "no such client is connected, and no drop of its is remembered"};
}

Explanation Session::explain(uint64_t offset) const {
  if (const auto run = services_.drops.find(id_, offset)) return {why::kDropped, describe_drop(*run)};
  const EventRef event = read_event(services_.log, offset);
  if (!event) return not_in_log(services_.log);
  if (services_.hub.was_missed(offset))
    return {why::kDropped, "dropped because of shard_slow: this part of the relay was overloaded"};
  if (outbox_.holds(offset)) return {why::kWaiting, "in its queue: the client has not read so far"};
  const Interest interest = interest_in(*event);
  const std::string by = interest.by.empty() ? "" : " (" + interest.by + ")";
  switch (interest.kind) {
    case Interest::Kind::none:
      return {why::kNotSubscribed,
              "no room or subscription of the client matches " + std::string(event->type())};
    case Interest::Kind::too_late:
      if (event->is_backfill())
        return {why::kBackfill, "it was there before the relay started; live clients do not get it" + by};
      return {why::kBeforeSubscription, "the client asked for it after it had passed" + by};
    case Interest::Kind::to_come:
      return {why::kWaiting, "the client is reading history and has not come as far" + by};
    case Interest::Kind::wanted:
      break;
  }
  return {why::kSent, "written to its connection" + by};
}

}  // namespace relay
