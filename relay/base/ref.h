#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace relay {

/// Base of the few objects that are shared by reference count: Event (across threads) and Frame (within a
/// shard). `Counter` is std::atomic<uint32_t> for the former and plain uint32_t for the latter.
template <class Counter>
class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  void retain() const {
    if constexpr (std::is_same_v<Counter, uint32_t>)
      ++references_;
    else
      references_.fetch_add(1, std::memory_order_relaxed);
  }
  /// True when that was the last reference: the caller destroys the object.
  [[nodiscard]] bool release() const {
    if constexpr (std::is_same_v<Counter, uint32_t>) {
      return --references_ == 0;
    } else {
      return references_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }
  }

 private:
  mutable Counter references_{1};
};

/// Owning pointer to a RefCounted T. `T::destroy(const T*)` ends it.
template <class T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}
  /// Takes over the reference the object was created with.
  static Ref adopt(T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  Ref(const Ref& other) : object_(other.object_) {
    if (object_) object_->retain();
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ && object_->release()) T::destroy(object_);
  }

  [[nodiscard]] T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  friend bool operator==(const Ref&, const Ref&) = default;

 private:
  T* object_ = nullptr;
};

}  // namespace relay
