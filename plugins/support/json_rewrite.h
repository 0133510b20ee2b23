#pragma once

#include <cstddef>
#include <seneca/json.hpp>
#include <string>
#include <string_view>

namespace plugins {

/// Where a value is in its object or array.
struct JsonPlace {
  bool is_member;
  std::string_view raw_key;  ///< of a member: the inside of its key as written
  size_t index;              ///< of an element
};

/// Appends `container`, an object or an array, to `out` with every byte as it is, but for its values:
/// `each(place, value)` appends those, in their order. So JSON is changed in passing, and what nobody changes
/// (numbers of any length, escapes, blanks, order, equal keys) stays. [any-thread]
template <class Each>
void rewrite_json(const seneca::JsonView& container, std::string& out, Each each) {
  const std::string_view text = container.raw();
  const char* done = text.data();
  const auto rewrite = [&](const JsonPlace& place, const seneca::JsonView& value) {
    const std::string_view raw = value.raw();
    out.append(done, static_cast<size_t>(raw.data() - done));
    done = raw.data() + raw.size();
    each(place, value);
  };
  for (const seneca::JsonMember& member : container.members())
    rewrite({true, member.raw_key, 0}, member.value);
  size_t index = 0;
  for (const seneca::JsonView& item : container.items()) rewrite({false, {}, index++}, item);
  out.append(done, static_cast<size_t>(text.data() + text.size() - done));
}

}  // namespace plugins
