#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

namespace relay {

/// What is remembered for a while under a text, bounded in time and number: the oldest are forgotten. One
/// thread.
template <class Value>
class Recent {
 public:
  /// `window_us` 0: nothing is remembered.
  Recent(int64_t window_us, size_t most) : window_us_(window_us), most_(most) {}

  /// Forgets what is too old or too much; pointers to that end.
  void expire(int64_t now_us) {
    while (!order_.empty() && (order_.size() > most_ || now_us - order_.front().at_us >= window_us_)) {
      values_.erase(values_.find(*order_.front().key));
      order_.pop_front();
    }
  }

  /// The value of `key`, made if there is none; `fresh` tells. Null when nothing is remembered.
  [[nodiscard]] Value* find(std::string key, int64_t now_us, bool& fresh) {
    if (window_us_ == 0) return nullptr;
    const auto [entry, inserted] = values_.try_emplace(std::move(key));
    fresh = inserted;
    if (inserted) order_.push_back({now_us, &entry->first});
    return &entry->second;
  }

  [[nodiscard]] size_t size() const { return values_.size(); }

 private:
  struct Known {
    int64_t at_us;
    const std::string* key;  // in values_
  };
  const int64_t window_us_;
  const size_t most_;
  std::unordered_map<std::string, Value> values_;
  std::deque<Known> order_;
};

}  // namespace relay
