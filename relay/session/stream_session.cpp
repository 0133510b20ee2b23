#include "session/stream_session.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace relay {
namespace {

std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

// Every value of `name`, each of which may be a list: "?match=a,b&match=c".
std::vector<std::string> query_list(const SessionRequest& request, std::string_view name) {
  std::vector<std::string> items;
  for (const auto& [key, value] : request.query) {
    if (key != name) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view item = without_blanks(rest.substr(0, comma));
      if (!item.empty()) items.emplace_back(item);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return items;
}

Result<StartPosition> query_start(const SessionRequest& request, const ShardServices& services) {
  const std::string_view last = request.get("last");
  const std::string_view since = request.get("since");
  if (!since.empty() && !last.empty())
    return fail("bad_last", "last", "cannot be combined with since; give one");
  if (!since.empty()) return parse_since(since, services);
  if (last.empty()) return StartPosition{};
  StartPosition start{StartPosition::Kind::last};
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), start.value);
  if (error != std::errc() || end != last.data() + last.size())
    return fail("bad_last", "last", "must be a whole number, 0 or more");
  return start;
}

}  // namespace

StreamSession::StreamSession(std::string id, ShardServices& services, Transport& transport)
    : Session(std::move(id), services, transport), feed_(services, *this, id_) {}

Status StreamSession::subscribe_from(const SessionRequest& request) {
  const Result<StartPosition> start = query_start(request, services_);
  if (!start) return tl::unexpected<Error>(start.error());
  return subscribe_from(request, *start);
}

Status StreamSession::subscribe_from(const SessionRequest& request, const StartPosition& start) {
  const std::vector<std::string> match = query_list(request, "match");
  if (match.size() == 1 && match.front() == "none") return {};
  feed_.restrict_to(access());
  Result<Selection> selection =
      Selection::make(match, std::string(request.get("filter")), query_list(request, "room"));
  if (!selection) return tl::unexpected<Error>(selection.error());
  return feed_.subscribe("", std::move(*selection), start);
}

Status StreamSession::choose_format(StreamFraming framing, std::string_view shape) {
  format_.framing = framing;
  if (shape.empty()) return {};
  const std::optional<EventShape> known = event_shape(shape);
  if (!known) return fail("bad_format", "format", "must be cloudevents, seed or compact");
  format_.shape = *known;
  return {};
}

void StreamSession::start_heartbeat() {
  const auto interval_us = static_cast<int64_t>(services_.config->performance.heartbeat_interval * 1e6);
  if (interval_us > 0 && !heartbeat_.armed())
    services_.timers.arm(heartbeat_, services_.clock.monotonic_us() + interval_us);
}

void StreamSession::on_heartbeat(int64_t) {
  start_heartbeat();
  beat();
}

void StreamSession::send_event(const EventRef& event) {
  if (closing()) return;
  // One lane: a stream's client goes on after the offset it saw last, so nothing may overtake. And plain: the
  // past is read by one client at a time, which would be the only one to have a frame compressed.
  send(Priority::normal, services_.frames.stream(event, format_), event->priority() == Priority::critical);
}

void StreamSession::send_run(const Run& run) {
  if (closing()) return;
  for (const RunFrame& each : services_.frames.stream_run(run, format_, coding(), bundle_limit()))
    send(Priority::normal, each.frame, each.priority == Priority::critical);
}

void StreamSession::drained() {
  if (closing()) return;
  if (const auto gap = gap_to_tell()) send_gap(*gap);
  feed_.step();
}

void StreamSession::closed(std::string_view) {
  heartbeat_.disarm();
  release_identity();
  feed_.clear();
}

}  // namespace relay
