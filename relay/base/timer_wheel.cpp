#include "base/timer_wheel.h"

#include <algorithm>

namespace relay {

void Timer::disarm() {
  if (next_ == nullptr) return;
  next_->previous_ = previous_;
  previous_->next_ = next_;
  next_ = previous_ = nullptr;
}

TimerWheel::TimerWheel(int64_t now_us) : tick_(now_us / kSlotUs) {
  for (Head& head : slots_) {
    Timer& timer = head;
    timer.next_ = timer.previous_ = &timer;
  }
}

TimerWheel::~TimerWheel() {
  for (Head& head : slots_) {
    Timer& timer = head;
    while (timer.next_ != &timer) timer.next_->disarm();
    timer.next_ = timer.previous_ = nullptr;
  }
}

void TimerWheel::arm(Timer& timer, int64_t deadline_us) {
  timer.disarm();
  timer.deadline_us_ = deadline_us;
  // Rounded up, so that a slot holds only what is due once its tick has passed; the past goes to the next
  // tick.
  const int64_t tick = std::max((deadline_us + kSlotUs - 1) / kSlotUs, tick_ + 1);
  Timer& head = slots_[static_cast<size_t>(tick) % kSlots];
  timer.previous_ = head.previous_;
  timer.next_ = &head;
  head.previous_->next_ = &timer;
  head.previous_ = &timer;
}

void TimerWheel::advance(int64_t now_us) {
  const int64_t target = now_us / kSlotUs;
  // After a long stall one turn visits every slot; more would only repeat it.
  const int64_t turns = std::min<int64_t>(target - tick_, kSlots);
  for (int64_t i = 1; i <= turns; ++i) {
    const int64_t tick = target - turns + i;
    tick_ = tick;
    run_slot(slots_[static_cast<size_t>(tick) % kSlots], now_us);
  }
}

void TimerWheel::run_slot(Timer& head, int64_t now_us) {
  // Moved to a list of our own first: what is armed from inside a callback must not be visited in this pass.
  Head due;
  Timer& list = due;
  list.next_ = list.previous_ = &list;
  for (Timer* timer = head.next_; timer != &head;) {
    Timer* const next = timer->next_;
    if (timer->deadline_us_ <= now_us) {
      timer->disarm();
      timer->previous_ = list.previous_;
      timer->next_ = &list;
      list.previous_->next_ = timer;
      list.previous_ = timer;
    }
    timer = next;
  }
  while (list.next_ != &list) {
    Timer* const timer = list.next_;
    timer->disarm();
    timer->expired(now_us);
  }
  list.next_ = list.previous_ = nullptr;
}

}  // namespace relay
