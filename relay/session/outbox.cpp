#include "session/outbox.h"

#include <algorithm>
#include <utility>

namespace relay {

Outbox::Outbox(size_t max_frames, size_t max_bytes) : max_frames_(max_frames), max_bytes_(max_bytes) {}

Outbox::Push Outbox::push(Priority lane, FrameRef frame) {
  const size_t bytes = frame->bytes().size();
  Push outcome = Push::queued;
  while (!fits(bytes)) {
    if (!drop_oldest(lane)) {
      if (lane == Priority::critical || frame->offset() == 0) return Push::overflow;
      note_dropped(frame->offset());
      return Push::dropped_newcomer;
    }
    outcome = Push::dropped_older;
  }
  lanes_[static_cast<size_t>(lane)].push_back(std::move(frame), ++arrivals_);
  ++frames_;
  bytes_ += bytes;
  return outcome;
}

bool Outbox::fits(size_t bytes) const {
  return frames_ == 0 || (frames_ < max_frames_ && bytes_ + bytes <= max_bytes_);
}

bool Outbox::drop_oldest(Priority lane) {
  const auto highest = std::max<size_t>(static_cast<size_t>(lane), 1);
  for (size_t i = lanes_.size(); i-- > highest;) {
    FrameLane& victims = lanes_[i];
    for (size_t at = 0; at < victims.size(); ++at) {
      if (victims[at].offset() == 0) continue;
      note_dropped(take(victims, at)->offset());
      return true;
    }
  }
  return false;
}

void Outbox::note_dropped(uint64_t offset) {
  gap_.from = gap_.events == 0 ? offset : std::min(gap_.from, offset);
  gap_.to = std::max(gap_.to, offset);
  ++gap_.events;
  ++dropped_;
}

FrameRef Outbox::take(FrameLane& lane, size_t index) {
  FrameRef frame = lane.take(index);
  --frames_;
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

size_t Outbox::drain(std::string& out, size_t max_bytes) {
  const bool behind = bytes_ > max_bytes;
  size_t moved = 0;
  for (FrameLane* lane = next_lane(behind); lane != nullptr; lane = next_lane(behind), ++moved) {
    if (moved > 0 && out.size() + (*lane)[0].bytes().size() > max_bytes) break;
    out += take(*lane, 0)->bytes();
  }
  return moved;
}

size_t Outbox::drain_one(std::string& out, size_t behind_bytes) {
  FrameLane* const lane = next_lane(bytes_ > behind_bytes);
  if (lane == nullptr) return 0;
  out += take(*lane, 0)->bytes();
  return 1;
}

void Outbox::clear() {
  lanes_ = {};
  frames_ = 0;
  bytes_ = 0;
}

Outbox::Gap Outbox::take_gap() { return std::exchange(gap_, {}); }

}  // namespace relay
