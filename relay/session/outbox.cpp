#include "session/outbox.h"

#include <algorithm>
#include <utility>

namespace relay {
namespace {

constexpr auto kCritical = static_cast<size_t>(Priority::critical);
constexpr auto kNormal = static_cast<size_t>(Priority::normal);

bool is_event(const Frame& frame) { return frame.offset() != 0; }

/// Messages in a frame.
size_t weight(const Frame& frame) { return std::max<size_t>(frame.events(), 1); }

}  // namespace

Outbox::Push Outbox::push(Priority lane, FrameRef frame) {
  if (!fits(*frame) && !make_room(lane, *frame)) {
    if (limits_.policy == SlowClientPolicy::disconnect || lane == Priority::critical || !is_event(*frame))
      return Push::overflow;
    give_up(*frame, DropReason::queue_full);
    return Push::dropped_newcomer;
  }
  messages_ += weight(*frame);
  bytes_ += frame->bytes().size();
  lanes_[static_cast<size_t>(lane)].push_back(std::move(frame), ++arrivals_);
  return Push::queued;
}

bool Outbox::fits(const Frame& frame) const {
  return messages_ == 0 ||
         (messages_ + weight(frame) <= limits_.messages && bytes_ + frame.bytes().size() <= limits_.bytes);
}

void Outbox::give_up(const Frame& frame, DropReason reason) {
  for (const uint64_t offset : frame.offsets()) drops_.dropped(offset, reason);
}

bool Outbox::make_room(Priority lane, const Frame& frame) {
  if (limits_.policy == SlowClientPolicy::disconnect) return false;
  // A pass over everything that waits pays off once enough has come since the last.
  const bool may_conflate = arrivals_ - conflated_at_ >= messages_ / 4;
  if (limits_.policy == SlowClientPolicy::conflate && may_conflate) conflate();
  while (!fits(frame))
    if (!drop_oldest(lane)) return false;
  return true;
}

bool Outbox::drop_oldest(Priority lane) {
  const auto highest = std::max<size_t>(static_cast<size_t>(lane), kCritical + 1);
  for (size_t i = lanes_.size(); i-- > highest;) {
    FrameLane& victims = lanes_[i];
    for (size_t at = 0; at < victims.size(); ++at) {
      if (!is_event(victims[at])) continue;
      give_up(*take(victims, at), DropReason::queue_full);
      return true;
    }
  }
  return false;
}

void Outbox::conflate() {
  conflated_at_ = arrivals_;
  for (size_t i = kNormal; i < lanes_.size(); ++i) {
    lanes_[i].keep_newest_of_each_key([this](const Frame& frame) {
      messages_ -= weight(frame);
      bytes_ -= frame.bytes().size();
      give_up(frame, DropReason::conflated);
    });
  }
}

void Outbox::shed(DropReason reason) {
  for (size_t i = kCritical + 1; i < lanes_.size(); ++i) {
    size_t kept = 0;
    while (kept < lanes_[i].size()) {
      if (is_event(lanes_[i][kept]))
        give_up(*take(lanes_[i], kept), reason);
      else
        ++kept;
    }
  }
}

FrameRef Outbox::take(FrameLane& lane, size_t index) {
  FrameRef frame = lane.take(index);
  messages_ -= weight(*frame);
  bytes_ -= frame->bytes().size();
  return frame;
}

FrameLane* Outbox::next_lane(bool behind) {
  FrameLane* next = nullptr;
  for (FrameLane& lane : lanes_) {
    if (lane.empty()) continue;
    if (behind) return &lane;
    if (next == nullptr || lane.arrival() < next->arrival()) next = &lane;
  }
  return next;
}

// The first frame of all may pass the limit: it would never leave otherwise.
bool Outbox::move_first(FrameLane& lane, Gather& out, size_t max_bytes) {
  if (!out.empty() && out.bytes() + lane[0].bytes().size() > max_bytes) return false;
  passed_over_[static_cast<size_t>(&lane - lanes_.data())] = 0;
  out.add(take(lane, 0));
  return true;
}

// After the critical lane, one frame each.
size_t Outbox::move_passed_over(Gather& out, size_t max_bytes) {
  size_t moved = 0;
  while (!lanes_[kCritical].empty() && move_first(lanes_[kCritical], out, max_bytes)) ++moved;
  for (size_t i = kCritical + 1; i < lanes_.size(); ++i) {
    if (lanes_[i].empty()) {
      passed_over_[i] = 0;
    } else if (passed_over_[i]++ >= kMaxPassedOver) {
      if (move_first(lanes_[i], out, max_bytes)) ++moved;
    }
  }
  return moved;
}

size_t Outbox::drain(Gather& out, size_t max_bytes) {
  const bool behind = bytes_ > max_bytes;
  size_t moved = behind ? move_passed_over(out, max_bytes) : 0;
  for (FrameLane* lane = next_lane(behind); lane != nullptr; lane = next_lane(behind), ++moved)
    if (!move_first(*lane, out, max_bytes)) break;
  return moved;
}

size_t Outbox::drain_one(Gather& out, size_t behind_bytes) {
  FrameLane* const lane = next_lane(bytes_ > behind_bytes);
  if (lane == nullptr) return 0;
  out.add(take(*lane, 0));
  return 1;
}

bool Outbox::holds(uint64_t offset) const {
  for (const FrameLane& lane : lanes_)
    for (size_t i = 0; i < lane.size(); ++i)
      if (std::binary_search(lane[i].offsets().begin(), lane[i].offsets().end(), offset)) return true;
  return false;
}

void Outbox::clear() {
  lanes_ = {};
  messages_ = 0;
  bytes_ = 0;
}

}  // namespace relay
