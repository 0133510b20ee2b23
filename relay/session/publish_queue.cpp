#include "session/publish_queue.h"

#include <algorithm>
#include <utility>

namespace relay {

PublishQueue::PublishQueue(ShardServices& services, Transport& transport, std::string_view session_id)
    : services_(services), transport_(transport), session_id_(session_id) {}

void PublishQueue::submit(std::vector<EventRef> events, uint64_t token) {
  if (kept_.empty() && offer(events, token)) return;
  kept_.push_back({std::move(events), token});
  if (kept_.size() > 1) return;
  transport_.pause_reading(true);
  services_.timers.arm(timer_, services_.clock.monotonic_us() + kRetryUs);
}

bool PublishQueue::offer(std::vector<EventRef>& events, uint64_t token) {
  const size_t count = events.size();
  if (!services_.publisher.submit(events, session_id_, token)) return false;
  services_.counters.events_published += count;
  return true;
}

void PublishQueue::retry(int64_t now_us) {
  const auto refused = std::find_if_not(kept_.begin(), kept_.end(),
                                        [this](Kept& kept) { return offer(kept.events, kept.token); });
  kept_.erase(kept_.begin(), refused);
  if (kept_.empty())
    transport_.pause_reading(false);
  else
    services_.timers.arm(timer_, now_us + kRetryUs);
}

void PublishQueue::clear() {
  kept_.clear();
  timer_.disarm();
}

}  // namespace relay
