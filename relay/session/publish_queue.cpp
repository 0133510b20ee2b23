#include "session/publish_queue.h"

#include <algorithm>
#include <utility>

namespace relay {

PublishQueue::PublishQueue(ShardServices& services, Transport& transport, std::string_view session_id)
    : services_(services), transport_(&transport), session_id_(session_id) {}

void PublishQueue::submit(std::vector<EventRef> events, uint64_t token) {
  if (!waiting() && offer(events, token)) return;
  if (backlog_ == nullptr) backlog_ = std::make_unique<Backlog>(*this);
  backlog_->kept.push_back({std::move(events), token});
  if (backlog_->kept.size() > 1) return;
  transport_->pause_reading(true);
  services_.timers.arm(backlog_->timer, services_.clock.monotonic_us() + kRetryUs);
}

bool PublishQueue::offer(std::vector<EventRef>& events, uint64_t token) {
  return services_.publisher.submit(events, session_id_, token, {});
}

void PublishQueue::retry(int64_t now_us) {
  std::vector<Kept>& kept = backlog_->kept;
  const auto refused = std::find_if_not(kept.begin(), kept.end(),
                                        [this](Kept& each) { return offer(each.events, each.token); });
  kept.erase(kept.begin(), refused);
  if (kept.empty())
    transport_->pause_reading(false);
  else
    services_.timers.arm(backlog_->timer, now_us + kRetryUs);
}

void PublishQueue::move_to(Transport& transport) {
  transport_ = &transport;
  if (waiting()) transport_->pause_reading(true);
}

void PublishQueue::clear() {
  if (backlog_ == nullptr) return;
  backlog_->kept.clear();
  backlog_->timer.disarm();
}

}  // namespace relay
