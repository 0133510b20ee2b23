#include "event/envelope_object.h"

#include <algorithm>
#include <vector>

namespace relay {
namespace {

using Members = std::span<const seneca::JsonMember>;

// Up to here comparing all pairs is cheaper than sorting.
constexpr size_t kFewEntries = 32;

// A key that appears twice; one without data when there is none.
std::string_view find_duplicate(Members entries) {
  if (entries.size() <= kFewEntries) {
    for (size_t i = 1; i < entries.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (entries[i].raw_key == entries[j].raw_key) return entries[i].raw_key;
    return {};
  }
  std::vector<std::string_view> sorted;
  for (const seneca::JsonMember& entry : entries) sorted.push_back(entry.raw_key);
  std::sort(sorted.begin(), sorted.end());
  const auto duplicate = std::adjacent_find(sorted.begin(), sorted.end());
  return duplicate == sorted.end() ? std::string_view() : *duplicate;
}

}  // namespace

Status EnvelopeObject::take(std::string_view json) {
  const seneca::JsonView view(json);
  if (!view.is_object())
    return fail("not_object", "", "an event is a JSON object; send {\"type\": …, \"data\": …}");
  raw_ = view.raw();
  unescaped_.clear();
  for (seneca::JsonMember& member : outline_.members())
    if (member.raw_key.find('\\') != std::string_view::npos)
      member.raw_key = unescaped_.emplace_front(member.key());
  if (const std::string_view key = find_duplicate(entries()); key.data() != nullptr)
    return fail("duplicate_key", std::string(key), "appears twice in the event; keep one");
  return {};
}

Status EnvelopeObject::read(std::string_view json) {
  outline_.clear();
  for (const seneca::JsonMember& member : seneca::JsonView(json).members()) outline_.add(member);
  return take(json);
}

}  // namespace relay
