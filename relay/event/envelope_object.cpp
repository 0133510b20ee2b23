#include "event/envelope_object.h"

#include <algorithm>

namespace relay {
namespace {

// Up to here comparing all pairs is cheaper than sorting.
constexpr size_t kFewEntries = 32;

// A key that appears twice, or null.
const std::string_view* find_duplicate(const std::vector<EnvelopeObject::Entry>& entries,
                                       std::vector<std::string_view>& sorted) {
  if (entries.size() <= kFewEntries) {
    for (size_t i = 1; i < entries.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (entries[i].key == entries[j].key) return &entries[i].key;
    return nullptr;
  }
  for (const EnvelopeObject::Entry& entry : entries) sorted.push_back(entry.key);
  std::sort(sorted.begin(), sorted.end());
  const auto duplicate = std::adjacent_find(sorted.begin(), sorted.end());
  return duplicate == sorted.end() ? nullptr : &*duplicate;
}

}  // namespace

Result<EnvelopeObject> EnvelopeObject::read(std::string_view json) {
  const seneca::JsonView view(json);
  if (!view.is_object())
    return fail("not_object", "", "an event is a JSON object; send {\"type\": …, \"data\": …}");
  EnvelopeObject object;
  object.raw_ = view.raw();
  object.entries_.reserve(16);
  for (const seneca::JsonMember& member : view.members()) {
    std::string_view key = member.raw_key;
    if (key.find('\\') != std::string_view::npos) key = object.unescaped_.emplace_front(member.key());
    object.entries_.push_back({key, member.value});
  }
  std::vector<std::string_view> sorted;
  if (const std::string_view* key = find_duplicate(object.entries_, sorted))
    return fail("duplicate_key", std::string(*key), "appears twice in the event; keep one");
  return object;
}

bool EnvelopeObject::has(std::string_view key) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
}

seneca::JsonView EnvelopeObject::get(std::string_view key) const {
  for (const Entry& entry : entries_)
    if (entry.key == key) return entry.value;
  return {};
}

}  // namespace relay
