#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

namespace plugins {

/// A table of at most `capacity` entries that forgets the one used longest ago. Owned by one thread.
template <class Key, class Value>
class LruMap {
 public:
  struct Entry {
    Key key;
    Value value;
  };

  /// `capacity` is at least 1.
  explicit LruMap(size_t capacity) : capacity_(capacity) {}

  /// The value of a key, which is now the one used last; null when there is none. Valid until the next
  /// `insert`.
  Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }
  /// Adds a key that is not there. True when the table was full and one was forgotten: then it is in
  /// `forgotten`.
  bool insert(Key key, Value value, Entry& forgotten) {
    const bool full = entries_.size() >= capacity_;
    if (full) {
      places_.erase(entries_.back().key);
      forgotten = std::move(entries_.back());
      entries_.pop_back();
    }
    entries_.push_front({key, std::move(value)});
    places_.emplace(std::move(key), entries_.begin());
    return full;
  }
  [[nodiscard]] size_t size() const { return entries_.size(); }
  /// From the one used last to the one used longest ago.
  auto begin() { return entries_.begin(); }
  auto end() { return entries_.end(); }

 private:
  const size_t capacity_;
  std::list<Entry> entries_;
  std::unordered_map<Key, typename std::list<Entry>::iterator> places_;
};

}  // namespace plugins
