#include "hub/recent_batches.h"

#include <algorithm>

namespace relay {
namespace {

uint64_t bytes_of(const RoutedBatch& batch) {
  uint64_t bytes = sizeof batch;
  for (const RoutedEvent& event : batch.events) bytes += event.event->footprint() + sizeof event;
  for (const std::string& view : batch.views) bytes += view.size();
  for (const Emission& emission : batch.emissions) {
    bytes += emission.args.size();
    for (const std::string& attachment : emission.attachments) bytes += attachment.size();
  }
  return bytes;
}

uint64_t first_of(const RoutedBatch& batch) { return batch.events.front().event->offset(); }
uint64_t last_of(const RoutedBatch& batch) { return batch.events.back().event->offset(); }

}  // namespace

void RecentBatches::keep(const RoutedBatchRef& batch, int64_t now_us) {
  if (batch->events.empty()) return;
  if (first_of(*batch) != newest_ + 1) {
    batches_.clear();
    bytes_ = 0;
  }
  newest_ = last_of(*batch);
  batches_.push_back({batch, now_us, bytes_of(*batch)});
  bytes_ += batches_.back().bytes;
  while (!batches_.empty() && (bytes_ > limits_.bytes || newest_ - oldest() >= limits_.events ||
                               now_us - batches_.front().since_us > limits_.age_us))
    forget_oldest();
}

void RecentBatches::forget_oldest() {
  bytes_ -= batches_.front().bytes;
  batches_.pop_front();
}

uint64_t RecentBatches::oldest() const {
  return batches_.empty() ? newest_ + 1 : first_of(*batches_.front().batch);
}

const RoutedBatch* RecentBatches::find(uint64_t offset) const {
  if (offset < oldest() || offset > newest_) return nullptr;
  return std::lower_bound(batches_.begin(), batches_.end(), offset,
                          [](const Kept& kept, uint64_t sought) { return last_of(*kept.batch) < sought; })
      ->batch.get();
}

}  // namespace relay
