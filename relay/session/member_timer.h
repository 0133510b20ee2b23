#pragma once

#include <cstdint>

#include "base/timer_wheel.h"

namespace relay {

/// A timer that calls a method of the object it is a member of.
template <class Owner>
class MemberTimer final : public Timer {
 public:
  using Method = void (Owner::*)(int64_t now_us);
  MemberTimer(Owner& owner, Method method) : owner_(owner), method_(method) {}

 protected:
  void expired(int64_t now_us) override { (owner_.*method_)(now_us); }

 private:
  Owner& owner_;
  const Method method_;
};

}  // namespace relay
