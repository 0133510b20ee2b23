#include "session/event_feed.h"

#include <algorithm>
#include <utility>

#include "codec/emission.h"
#include "event/envelope.h"
#include "hub/visibility.h"
#include "pipeline/route_table.h"
#include "session/describe.h"
#include "session/permission.h"
#include "session/presence_watch.h"

namespace relay {
namespace {

/// Events looked at in one step: about 0.1 ms of work.
constexpr size_t kChunk = 256;
/// Read from the disk at once.
constexpr size_t kFetch = 1024;
/// Until the disk is asked again, when too many do.
constexpr int64_t kBusyUs = 20'000;
constexpr std::string_view kRootNamespace = "/";

}  // namespace

EventFeed::EventFeed(ShardServices& services, FeedSink& sink, std::string_view client)
    : services_(services), sink_(sink), client_(client) {}

EventFeed::~EventFeed() { clear(); }

void EventFeed::restrict_to(AccessRef access) {
  access_ = std::move(access);
  services_.hub.admit(*this, access_);
  std::vector<std::string> forbidden = rooms();
  std::erase_if(forbidden, [this](const std::string& room) {
    return access_ == nullptr || access_->may_join({kRootNamespace, room});
  });
  for (const std::string& room : forbidden) leave(room);
}

Status EventFeed::subscribe(std::string name, Selection selection, const StartPosition& start) {
  if (Status allowed = check_selection(access_.get(), selection, kRootNamespace); !allowed) return allowed;
  remove(name, false);
  if (entries_.size() >= kMaxSubscriptions)
    return fail("too_many_subscriptions", name, "a session has at most 64 subscriptions and rooms");
  const uint64_t next = services_.hub.delivered() + 1;
  Entry entry;
  entry.name = std::move(name);
  entry.selection = std::make_shared<const Selection>(std::move(selection));
  entry.resumed = start.resumed;
  entry.first = entry.cursor = start.kind == StartPosition::Kind::offset ? start.value : next;
  entry.wanted = start.kind == StartPosition::Kind::last ? start.value : 0;
  entry.not_before_us = start.not_before_us;
  entry.phase = entry.wanted > 0 ? Phase::seeking : Phase::reading;
  if (entry.cursor == next && entry.wanted == 0) go_live(entry);
  entries_.push_back(std::move(entry));
  // Not from here: the answer to the subscription goes out first.
  if (entries_.back().phase != Phase::live) services_.timers.arm(timer_, services_.clock.monotonic_us());
  return {};
}

bool EventFeed::unsubscribe(std::string_view name) { return remove(name, false); }

Status EventFeed::join(const std::string& room) {
  if (!is_valid_room(room))
    return fail("bad_room", "room", "a room has 1 to 200 bytes without control characters, * or >");
  if (Status allowed = check_room(access_.get(), {kRootNamespace, room}); !allowed) return allowed;
  if (find(room, true) != nullptr) return {};
  if (entries_.size() >= kMaxSubscriptions)
    return fail("too_many_subscriptions", room, "a session has at most 64 subscriptions and rooms");
  if (!services_.hub.join(kRootNamespace, room, *this)) return fail("room_full", room, "the room is full");
  Entry entry;
  entry.name = room;
  entry.watched = report_joined(services_, kRootNamespace, room, client_);
  entry.first = entry.live_from = services_.hub.delivered() + 1;
  entries_.push_back(std::move(entry));
  return {};
}

bool EventFeed::leave(std::string_view room) { return remove(room, true); }

EventFeed::Entry* EventFeed::find(std::string_view name, bool room) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.name == name && (entry.selection == nullptr) == room;
  });
  return found == entries_.end() ? nullptr : &*found;
}

bool EventFeed::remove(std::string_view name, bool room) {
  Entry* const entry = find(name, room);
  if (entry == nullptr) return false;
  const Entry removed = std::move(*entry);
  entries_.erase(entries_.begin() + (entry - entries_.data()));
  detach(removed);
  return true;
}

void EventFeed::detach(const Entry& entry) {
  if (entry.watched) report_left(services_, kRootNamespace, entry.name, client_);
  if (entry.selection == nullptr) return services_.hub.leave(kRootNamespace, entry.name, *this);
  if (entry.phase != Phase::live) return;
  // Two names may hold equal selections, which the hub counts as one.
  const bool still_used = std::any_of(entries_.begin(), entries_.end(), [&entry](const Entry& other) {
    return &other != &entry && other.selection != nullptr && other.phase == Phase::live &&
           other.selection->key == entry.selection->key;
  });
  if (!still_used) services_.hub.unsubscribe(*entry.selection, *this);
}

void EventFeed::clear() {
  timer_.disarm();
  while (!entries_.empty()) {
    const Entry removed = std::move(entries_.back());
    entries_.pop_back();
    detach(removed);
  }
}

void EventFeed::missed(uint64_t from, uint64_t to) {
  sink_.send_gap({to - from + 1, from, to, gap_reason::kShardSlow});
}

void EventFeed::on_timer(int64_t) { step(); }

void EventFeed::step() {
  bool behind = false;
  for (Entry& entry : entries_) {
    if (entry.phase == Phase::seeking) seek(entry);
    if (entry.phase == Phase::reading) read(entry);
    behind |= entry.phase != Phase::live;
  }
  // With a full outbox the session's drained() brings the next step, with a chunk on its way that.
  if (behind && !fetching_ && !timer_.armed() && sink_.history_room() > 0)
    services_.timers.arm(timer_, services_.clock.monotonic_us());
}

void EventFeed::seek(Entry& entry) {
  const Log::Bounds bounds = services_.log.bounds();
  const size_t step = entry.cursor > bounds.in_memory ? kChunk : kFetch;
  const uint64_t from = entry.cursor > bounds.oldest + step ? entry.cursor - step : bounds.oldest;
  if (from < entry.cursor) {
    if (!load(from, entry.cursor - 1, step)) return;
    std::vector<EventRef>& events = chunk_.events;
    for (; !events.empty() && entry.wanted > 0; events.pop_back()) {
      if (events.back()->offset() >= entry.cursor) continue;
      entry.cursor = events.back()->offset();
      if (wants(entry, *events.back())) --entry.wanted;
    }
    chunk_ = {};
  }
  if (entry.wanted > 0) entry.cursor = std::min(entry.cursor, from);
  if (entry.wanted > 0 && entry.cursor > bounds.oldest) return;
  entry.first = entry.cursor;
  entry.phase = Phase::reading;
}

void EventFeed::read(Entry& entry) {
  const uint64_t delivered = services_.hub.delivered();
  const size_t limit = std::min(kChunk, sink_.history_room());
  // An offset ahead of this shard was learnt from another one: the hub will get there.
  if (entry.cursor <= delivered && limit > 0 && load(entry.cursor, delivered, limit))
    read_chunk(entry, limit);
  if (entry.cursor != delivered + 1) return;
  go_live(entry);
}

// Has a chunk that covers `from`. False: it is on its way.
bool EventFeed::load(uint64_t from, uint64_t to, size_t limit) {
  if (fetching_) return false;
  if (chunk_.covers(from)) return true;
  const Log::Bounds bounds = services_.log.bounds();
  if (from < bounds.in_memory && bounds.oldest < bounds.in_memory) {
    fetching_ = services_.history.fetch(from, to, kFetch, client_);
    if (!fetching_) services_.timers.arm(timer_, services_.clock.monotonic_us() + kBusyUs);
    return false;
  }
  chunk_ = {from, to + 1, {}, {}};
  services_.log.read(from, to, limit, chunk_.events);
  const uint64_t oldest = chunk_.events.empty() ? to + 1 : chunk_.events.front()->offset();
  if (oldest > from) chunk_.holes.push_back({from, oldest - 1});
  if (chunk_.events.size() == limit) chunk_.next = chunk_.events.back()->offset() + 1;
  return true;
}

void EventFeed::fetched(HistoryChunk&& chunk) {
  if (!std::exchange(fetching_, false)) return;
  chunk_ = std::move(chunk);
  step();
}

void EventFeed::go_live(Entry& entry) {
  entry.phase = Phase::live;
  entry.live_from = services_.hub.delivered() + 1;
  entry.selection = services_.hub.subscribe(std::move(entry.selection), *this);
}

void EventFeed::read_chunk(Entry& entry, size_t limit) {
  auto event = std::find_if(chunk_.events.begin(), chunk_.events.end(),
                            [&entry](const EventRef& each) { return each->offset() >= entry.cursor; });
  for (; event != chunk_.events.end() && limit > 0; ++event, --limit) {
    tell_holes(entry, (*event)->offset());
    entry.cursor = (*event)->offset() + 1;
    if ((*event)->time_us() < entry.not_before_us) continue;
    entry.not_before_us = INT64_MIN;
    if (entry.resumed && (*event)->is_backfill()) continue;
    if (wants(entry, **event) && !sent_by_another(entry, **event)) sink_.send_event(*event);
  }
  if (event != chunk_.events.end()) return;
  tell_holes(entry, chunk_.next);
  entry.cursor = chunk_.next;
  chunk_ = {};
}

void EventFeed::tell_holes(Entry& entry, uint64_t before) {
  for (const LogReader::Hole& hole : chunk_.holes) {
    if (hole.to < entry.cursor || hole.from >= before) continue;
    const uint64_t from = std::max(entry.cursor, hole.from);
    sink_.send_gap(
        {hole.to - from + 1, from, hole.to, hole.damaged ? gap_reason::kDamaged : gap_reason::kExpired});
    entry.cursor = hole.to + 1;
  }
}

bool EventFeed::wants(const Entry& entry, const Event& event) const {
  const RouteTable& routes = services_.hub.routes();
  const bool is_sent = entry.selection == nullptr && is_emission(event.type());
  if (access_ != nullptr && !is_sent && !may_see(*access_, routes, event)) return false;
  if (entry.selection == nullptr)
    return goes_to_room(routes, event, kRootNamespace, entry.name) &&
           std::none_of(entries_.begin(), entries_.end(), [&event](const Entry& other) {
             return other.selection == nullptr && excepts_room(event, kRootNamespace, other.name);
           });
  return entry.selection->matches(routes, event);
}

bool EventFeed::sent_by_another(const Entry& entry, const Event& event) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& other) {
    if (&other == &entry || event.offset() < other.first || other.phase == Phase::seeking) return false;
    const bool live = other.phase == Phase::live;
    // What is live skips backfill; what is read has come as far as its cursor.
    const bool came_by = live ? !event.is_backfill() : event.offset() < other.cursor;
    return came_by && wants(other, event);
  });
}

Interest EventFeed::interest_in(const Event& event) const {
  Interest interest;
  for (const Entry& entry : entries_) {
    if (!wants(entry, event)) continue;
    interest.prefer({interest_of(entry, event),
                     entry.selection == nullptr ? "room " + entry.name : describe(*entry.selection)});
  }
  return interest;
}

Interest::Kind EventFeed::interest_of(const Entry& entry, const Event& event) const {
  const uint64_t offset = event.offset();
  if (offset < entry.first) return Interest::Kind::too_late;
  const bool live = entry.phase == Phase::live;
  if (!live && offset >= entry.cursor) return Interest::Kind::to_come;
  const bool backfill_skipped = entry.resumed || (live && offset >= entry.live_from);
  return event.is_backfill() && backfill_skipped ? Interest::Kind::too_late : Interest::Kind::wanted;
}

std::vector<std::string> EventFeed::rooms() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries_)
    if (entry.selection == nullptr) names.push_back(entry.name);
  return names;
}

std::vector<std::string> EventFeed::selections() const {
  std::vector<std::string> texts;
  for (const Entry& entry : entries_)
    if (entry.selection != nullptr) texts.push_back(describe(*entry.selection));
  return texts;
}

}  // namespace relay
