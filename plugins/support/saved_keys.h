#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/event_key.h"
#include "support/lru_map.h"
#include "support/siphash.h"

// What a plugin remembers of hashed keys, as the bytes that the role seneca.state/1 hands to its successor in
// the same process: a line "WHAT VERSION KEY", the key of the hash, and the entries, the one used longest ago
// first.

namespace plugins {

/// A reload hands over up to 16 MiB; of more only the entries used last are saved.
inline constexpr size_t kMaxSavedBytes = 15 << 20;

template <class Value>
using HashedKeys = LruMap<uint64_t, Value>;

inline std::string first_line_of(std::string_view what, const EventKey& key) {
  return std::string(what) + " 1 " + key.describe() + '\n';
}

template <class Value>
std::string save_keys(std::string_view what, const EventKey& key, const SipHash& hash,
                      HashedKeys<Value>& table) {
  using Entry = typename HashedKeys<Value>::Entry;
  static_assert(std::is_trivially_copyable_v<Entry>);
  std::string bytes = first_line_of(what, key);
  const auto add = [&bytes](const auto& part) {
    bytes.append(reinterpret_cast<const char*>(&part), sizeof part);
  };
  add(hash);
  auto at = table.begin();
  for (size_t i = std::min(table.size(), kMaxSavedBytes / sizeof(Entry)); i > 0; --i) ++at;
  while (at != table.begin()) add(*--at);
  return bytes;
}

/// Takes over what `save_keys` wrote; nothing when that was about another key. Throws std::runtime_error when
/// it is the state of something else, or written by a version that did it otherwise.
template <class Value>
void load_keys(std::string_view saved, std::string_view what, const EventKey& key, SipHash& hash,
               HashedKeys<Value>& table) {
  using Entry = typename HashedKeys<Value>::Entry;
  const size_t end = saved.find('\n');
  const std::string known = std::string(what) + " 1 ";
  if (!saved.starts_with(known) || end == saved.npos || saved.size() - end - 1 < sizeof hash ||
      (saved.size() - end - 1 - sizeof hash) % sizeof(Entry) != 0)
    throw std::runtime_error(
        "what is remembered was saved by another version of the plugin, and this one reads \"" + known +
        "…\" only; reload the configuration (SIGHUP) to begin with nothing");
  if (saved.substr(0, end + 1) != first_line_of(what, key)) return;
  saved.remove_prefix(end + 1);
  std::memcpy(&hash, saved.data(), sizeof hash);
  for (saved.remove_prefix(sizeof hash); !saved.empty(); saved.remove_prefix(sizeof(Entry))) {
    Entry entry, forgotten{};
    std::memcpy(&entry, saved.data(), sizeof entry);
    if (table.find(entry.key) == nullptr) (void)table.insert(entry.key, entry.value, forgotten);
  }
}

}  // namespace plugins
