#include "hub/shard_hub.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "hub/member_list.h"

namespace relay {
namespace {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

constexpr size_t kMissedRanges = 64;

struct FilterClass {
  std::shared_ptr<const Selection> selection;
  MemberList members;
};

}  // namespace

struct ShardHub::Impl {
  explicit Impl(size_t limit) : max_room_size(limit) {}

  void dispatch(const RoutedBatch& batch, const RoutedEvent& event);
  void deliver(const RoutedBatch& batch, const RoutedEvent& event, const Delivery* delivery,
               const MemberList& members);
  void missed(uint64_t from, uint64_t to, const MemberList& members);
  [[nodiscard]] const MemberList* find_room(std::string_view namespace_, std::string_view room) const;

  const size_t max_room_size;
  TextMap<TextMap<MemberList>> namespaces;
  std::vector<std::unique_ptr<FilterClass>> classes;
  TextMap<FilterClass*> classes_by_key;
  std::deque<std::pair<uint64_t, uint64_t>> missed_ranges;
  // Members stamped with the current delivery have it already: rooms and classes may overlap.
  uint64_t stamp = 0;
};

ShardHub::ShardHub(size_t max_room_size)
    : impl_(std::make_unique<Impl>(max_room_size)), routes_(std::make_shared<const RouteTable>()) {}

ShardHub::~ShardHub() = default;

bool ShardHub::join(std::string_view namespace_, std::string_view room, Subscriber& subscriber) {
  const MemberList* const present = impl_->find_room(namespace_, room);
  const bool full =
      impl_->max_room_size != 0 && present != nullptr && present->size() >= impl_->max_room_size;
  if (full) return present->contains(subscriber);
  impl_->namespaces[std::string(namespace_)][std::string(room)].add(subscriber);
  return true;
}

void ShardHub::leave(std::string_view namespace_, std::string_view room, Subscriber& subscriber) {
  const auto rooms = impl_->namespaces.find(namespace_);
  if (rooms == impl_->namespaces.end()) return;
  const auto found = rooms->second.find(room);
  if (found == rooms->second.end()) return;
  found->second.remove(subscriber);
  if (found->second.empty()) rooms->second.erase(found);
  if (rooms->second.empty()) impl_->namespaces.erase(rooms);
}

void ShardHub::subscribe(const std::shared_ptr<const Selection>& selection, Subscriber& subscriber) {
  FilterClass*& filter_class = impl_->classes_by_key[selection->key];
  if (filter_class == nullptr) {
    impl_->classes.push_back(std::make_unique<FilterClass>());
    filter_class = impl_->classes.back().get();
    filter_class->selection = selection;
  }
  filter_class->members.add(subscriber);
}

void ShardHub::unsubscribe(const Selection& selection, Subscriber& subscriber) {
  const auto found = impl_->classes_by_key.find(selection.key);
  if (found == impl_->classes_by_key.end()) return;
  FilterClass* const filter_class = found->second;
  filter_class->members.remove(subscriber);
  if (!filter_class->members.empty()) return;
  impl_->classes_by_key.erase(found);
  std::erase_if(impl_->classes, [filter_class](const auto& owned) { return owned.get() == filter_class; });
}

void ShardHub::dispatch(const RoutedBatch& batch) {
  if (batch.routes) routes_ = batch.routes;
  for (const RoutedEvent& event : batch.events) {
    if (!event.event->is_backfill()) impl_->dispatch(batch, event);
    delivered_ = event.event->offset();
  }
}

void ShardHub::Impl::dispatch(const RoutedBatch& batch, const RoutedEvent& event) {
  const std::string_view target = event.event->room();
  for (uint32_t i = 0; i < event.deliveries; ++i) {
    const Delivery& delivery = batch.deliveries[event.first_delivery + i];
    const Route& route = *delivery.route;
    ++stamp;
    const auto into = [&](std::string_view room) {
      if (const MemberList* members = find_room(route.namespace_, room))
        deliver(batch, event, &delivery, *members);
    };
    if (!target.empty())
      into(target);
    else
      for (const std::string& room : route.rooms) into(room);
  }
  ++stamp;
  for (const auto& filter_class : classes)
    if (filter_class->selection->matches(batch, event)) deliver(batch, event, nullptr, filter_class->members);
}

void ShardHub::Impl::deliver(const RoutedBatch& batch, const RoutedEvent& event, const Delivery* delivery,
                             const MemberList& members) {
  for (Subscriber* const subscriber : members.members()) {
    if (std::exchange(subscriber->last_delivery_, stamp) == stamp) continue;
    subscriber->deliver(batch, event, delivery);
  }
}

bool ShardHub::was_missed(uint64_t offset) const {
  return std::any_of(impl_->missed_ranges.begin(), impl_->missed_ranges.end(),
                     [offset](const auto& range) { return range.first <= offset && offset <= range.second; });
}

void ShardHub::missed(uint64_t from, uint64_t to) {
  if (impl_->missed_ranges.size() == kMissedRanges) impl_->missed_ranges.pop_front();
  impl_->missed_ranges.emplace_back(from, to);
  delivered_ = std::max(delivered_, to);
  ++impl_->stamp;
  for (const auto& [namespace_, rooms] : impl_->namespaces)
    for (const auto& [name, members] : rooms) impl_->missed(from, to, members);
  for (const auto& filter_class : impl_->classes) impl_->missed(from, to, filter_class->members);
}

void ShardHub::Impl::missed(uint64_t from, uint64_t to, const MemberList& members) {
  for (Subscriber* const subscriber : members.members())
    if (std::exchange(subscriber->last_delivery_, stamp) != stamp) subscriber->missed(from, to);
}

const MemberList* ShardHub::Impl::find_room(std::string_view namespace_, std::string_view room) const {
  const auto rooms = namespaces.find(namespace_);
  if (rooms == namespaces.end()) return nullptr;
  const auto found = rooms->second.find(room);
  return found == rooms->second.end() ? nullptr : &found->second;
}

std::vector<ShardHub::RoomInfo> ShardHub::rooms() const {
  std::vector<RoomInfo> infos;
  for (const auto& [namespace_, rooms] : impl_->namespaces)
    for (const auto& [name, members] : rooms) infos.push_back({namespace_, name, members.size()});
  return infos;
}

size_t ShardHub::filter_classes() const { return impl_->classes.size(); }

}  // namespace relay
