#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace relay {

/// A bounded queue into one thread: any thread puts, the owner takes everything at once.
///
/// The mutex is held for a push or a swap only and is a leaf: nothing else is locked under it. The owner is
/// woken by the caller, and only when `put` says the mailbox was empty, so a burst costs one wake.
template <class T>
class Mailbox {
 public:
  enum class Put { queued, queued_first, full };

  /// `capacity` counts items. Policy at the bound: the newcomer is refused and `refused()` counts it.
  explicit Mailbox(size_t capacity) : capacity_(capacity) {}

  /// [any-thread] `item` is left untouched when the answer is `full`.
  [[nodiscard]] Put put(T&& item) {
    const std::lock_guard lock(mutex_);
    if (items_.size() >= capacity_) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      return Put::full;
    }
    items_.push_back(std::move(item));
    return items_.size() == 1 ? Put::queued_first : Put::queued;
  }

  /// [owner] Moves everything queued into `out`, which must be empty; its storage is reused for the next
  /// burst.
  void take_all(std::vector<T>& out) {
    const std::lock_guard lock(mutex_);
    items_.swap(out);
  }

  /// [any-thread]
  [[nodiscard]] size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }
  [[nodiscard]] size_t capacity() const { return capacity_; }
  [[nodiscard]] uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::vector<T> items_;
  std::atomic<uint64_t> refused_{0};
};

}  // namespace relay
