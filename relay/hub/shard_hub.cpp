#include "hub/shard_hub.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "hub/emission_targets.h"
#include "hub/visibility.h"

namespace relay {
namespace {

constexpr size_t kMissedRanges = 64;

// The order of a client's hits in a batch: of one event those by routes come first, as routes do, then what a
// selection brings.
bool comes_before(const Hit& a, const Hit& b) {
  const bool a_last = a.delivery == nullptr && a.emission == nullptr;
  const bool b_last = b.delivery == nullptr && b.emission == nullptr;
  return std::tie(a.event, a_last, a.delivery) < std::tie(b.event, b_last, b.delivery);
}

}  // namespace

ShardHub::ShardHub(size_t max_room_size, uint64_t delivered)
    : index_(max_room_size), routes_(std::make_shared<const RouteTable>()), delivered_(delivered) {}

ShardHub::ShardHub(ShardHub& live, uint64_t delivered)
    : index_(0), routes_(live.routes_), delivered_(delivered), runs_(live.runs_) {}

ShardHub::~ShardHub() = default;

void ShardHub::dispatch(const RoutedBatch& batch, std::span<const RoutedEvent> events) {
  if (batch.routes) routes_ = batch.routes;
  for (const RoutedEvent& event : events) {
    const bool live = !event.event->is_backfill();
    if (live) gather(batch, event);
    delivered_ = event.event->offset();
    const Emission* const emission = live ? batch.emission_of(event) : nullptr;
    if (emission == nullptr || emission->kind == Emission::Kind::emit) continue;
    // Who is where changes here: what came before goes to those who were there before.
    deliver(batch);
    change(*emission);
  }
  if (batch.views_left_out) pages_from_ = delivered_ + 1;
  deliver(batch);
}

void ShardHub::deliver(const RoutedBatch& batch) {
  deliver_apart(batch);
  for (Audience* const audience : touched_) {
    const Run run{++runs_, batch, audience->hits};
    for (Subscriber* const member : audience->members)
      if (member->apart_ != stamp_) member->deliver(run);
    audience->hits.clear();
  }
  touched_.clear();
}

void ShardHub::gather(const RoutedBatch& batch, const RoutedEvent& event) {
  const std::string_view target = event.event->room();
  gathering_ = &batch;
  placed_ = nullptr;
  for (uint32_t i = 0; i < event.deliveries; ++i) {
    const Delivery& delivery = batch.deliveries[event.first_delivery + i];
    const Route& route = *delivery.route;
    ++stamp_;
    if (index_.has_shaped_classes()) gather_shaped(batch, event, delivery);
    if (route.rooms.empty()) continue;
    const auto into = [&](std::string_view room) {
      if (const Room* found = index_.find_room(route.namespace_, room))
        gather_for_room(*found, {&event, &delivery});
    };
    if (!target.empty())
      into(target);
    else
      for (const std::string& room : route.rooms) into(room);
  }
  const Emission* const emission = batch.emission_of(event);
  if (emission != nullptr && emission->kind == Emission::Kind::emit) gather_emission(event, *emission);
  ++stamp_;
  index_.each_class([&](const FilterClass& filter_class) {
    const Selection& selection = *filter_class.selection;
    if (selection.as.empty() && selection.matches(batch, event))
      gather_for(filter_class.audiences, {&event, nullptr});
  });
}

// Whom a selection brings what this delivery looks like.
void ShardHub::gather_shaped(const RoutedBatch& batch, const RoutedEvent& event, const Delivery& delivery) {
  index_.each_class([&](const FilterClass& filter_class) {
    const Selection& selection = *filter_class.selection;
    if (!selection.as.empty() && selection.delivery_of(batch, event) == &delivery &&
        selection.matches(batch, event))
      gather_for(filter_class.audiences, {&event, &delivery});
  });
}

void ShardHub::gather_emission(const RoutedEvent& event, const Emission& emission) {
  const EmissionTargets targets = find_targets(index_, emission);
  const Hit hit{&event, nullptr, &emission};
  ++stamp_;
  gather_for(targets.audiences, hit);
  for (Subscriber* const owner : targets.owners) own_hits_.push_back({owner, hit});
  for (Subscriber* const spared : targets.excepted) own_hits_.push_back({spared, hit, true});
}

// All are found before the first changes: audiences come and go as their members do.
void ShardHub::change(const Emission& emission) {
  for (Subscriber* const subscriber : find_subscribers(index_, emission)) {
    switch (emission.kind) {
      case Emission::Kind::emit:
        break;
      case Emission::Kind::join:
        for (const std::string& room : emission.other_rooms) subscriber->join_room(room);
        break;
      case Emission::Kind::leave:
        for (const std::string& room : emission.other_rooms) subscriber->leave_room(room);
        break;
      case Emission::Kind::disconnect:
        subscriber->send_away(emission.close);
        break;
    }
  }
}

void ShardHub::gather_for_room(const Room& room, const Hit& hit) {
  gather_for(room.audiences, hit);
  // A room of one's own is in no role.
  for (Subscriber* const owner : room.owners)
    if (owner->access_ == nullptr || owner->access_->may_read(hit.event->event->type()))
      own_hits_.push_back({owner, hit});
}

// An emission is for whom it names: an admin has said so.
bool ShardHub::may_see(const Access& access, const Hit& hit) {
  if (hit.emission != nullptr) return true;
  if (placed_ != hit.event) {
    placed_ = hit.event;
    places_.clear();
    append_places(*gathering_, *hit.event, places_);
  }
  return access.may_see(hit.event->event->type(), places_);
}

void ShardHub::gather_for(const std::vector<Audience*>& audiences, const Hit& hit) {
  for (Audience* const audience : audiences) {
    if (audience->access != nullptr && !may_see(*audience->access, hit)) continue;
    if (std::exchange(audience->stamp, stamp_) == stamp_) continue;
    if (audience->hits.empty()) touched_.push_back(audience);
    audience->hits.push_back(hit);
  }
}

// Those with a hit in a room of their own get it at its place among what their audience gets; those that an
// emission excepts get all but that.
void ShardHub::deliver_apart(const RoutedBatch& batch) {
  ++stamp_;
  std::stable_sort(own_hits_.begin(), own_hits_.end(), [](const OwnHit& a, const OwnHit& b) {
    return std::less<>()(a.subscriber, b.subscriber);
  });
  for (auto own = own_hits_.begin(); own != own_hits_.end();) {
    Subscriber& subscriber = *own->subscriber;
    subscriber.apart_ = stamp_;
    std::vector<Hit> hits;
    if (subscriber.audience_ != nullptr) hits = subscriber.audience_->hits;
    for (; own != own_hits_.end() && own->subscriber == &subscriber; ++own) {
      if (own->excepted)
        std::erase_if(hits, [own](const Hit& hit) { return hit.emission == own->hit.emission; });
      else
        hits.push_back(own->hit);
    }
    std::stable_sort(hits.begin(), hits.end(), comes_before);
    if (!hits.empty()) subscriber.deliver({++runs_, batch, hits});
  }
  own_hits_.clear();
}

bool ShardHub::was_missed(uint64_t offset) const {
  return std::any_of(missed_ranges_.begin(), missed_ranges_.end(),
                     [offset](const auto& range) { return range.first <= offset && offset <= range.second; });
}

void ShardHub::missed(uint64_t from, uint64_t to) {
  if (missed_ranges_.size() == kMissedRanges) missed_ranges_.pop_front();
  missed_ranges_.emplace_back(from, to);
  delivered_ = std::max(delivered_, to);
  index_.each_audience([from, to](const Audience& audience) {
    for (Subscriber* const member : audience.members) member->missed(from, to);
  });
  index_.each_room([from, to](const Room& room) {
    for (Subscriber* const owner : room.owners)
      if (owner->audience_ == nullptr) owner->missed(from, to);
  });
}

std::vector<ShardHub::RoomInfo> ShardHub::rooms() const {
  std::vector<RoomInfo> infos;
  index_.each_room([&infos](const Room& room) {
    if (room.name != AudienceIndex::kEverybody) infos.push_back({room.namespace_, room.name, room.members});
  });
  return infos;
}

std::vector<ShardHub::RoomInfo> ShardHub::namespaces() const {
  std::vector<RoomInfo> infos;
  index_.each_room([&infos](const Room& room) {
    if (room.name == AudienceIndex::kEverybody) infos.push_back({room.namespace_, room.name, room.members});
  });
  return infos;
}

size_t ShardHub::filter_classes() const { return index_.class_count(); }

}  // namespace relay
