#include "ingest/record_merge.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace relay {

bool RecordMerge::later(const Head& a, const Head& b) {
  return std::tie(a.time_us, a.kind, a.age) > std::tie(b.time_us, b.kind, b.age);
}

void RecordMerge::push(RecordInput& input, uint64_t age, EventRef event) {
  const int64_t time_us = event->time_us();
  heads_.push_back({time_us, input.kind(), age, &input, input.mark(), std::move(event)});
  std::push_heap(heads_.begin(), heads_.end(), later);
}

void RecordMerge::add(RecordInput& input) {
  if (input.merging_) return;
  EventRef event = input.next();
  if (!event) return;
  input.merging_ = true;
  push(input, next_age_++, std::move(event));
}

void RecordMerge::fill(std::vector<EventRef>& out, std::vector<SourcePosition>& positions, size_t max_events,
                       size_t max_bytes) {
  std::unordered_map<const RecordInput*, RecordMark> behind;
  for (size_t bytes = 0; !heads_.empty() && out.size() < max_events && bytes < max_bytes;) {
    std::pop_heap(heads_.begin(), heads_.end(), later);
    Head head = std::move(heads_.back());
    heads_.pop_back();
    bytes += head.event->footprint();
    out.push_back(std::move(head.event));
    behind[head.input] = head.mark;
    if (EventRef following = head.input->next())
      push(*head.input, head.age, std::move(following));
    else
      head.input->merging_ = false;
  }
  for (const auto& [input, mark] : behind)
    if (auto position = input->position(mark)) positions.push_back(std::move(*position));
}

}  // namespace relay
