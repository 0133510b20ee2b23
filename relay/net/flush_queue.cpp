#include "net/flush_queue.h"

#include <utility>

#include "net/connection.h"

namespace relay {
namespace {

constexpr size_t kSlice = 64;  // connections flushed between two looks around

}  // namespace

bool FlushQueue::queued(const Connection& connection) {
  return connection.flush_mark.urgent || connection.flush_mark.patient;
}

void FlushQueue::add_urgent(Connection& connection) {
  if (std::exchange(connection.flush_mark.urgent, true)) return;
  urgent_.push_back(&connection);
}

void FlushQueue::add_patient(Connection& connection) {
  if (connection.flush_mark.urgent || std::exchange(connection.flush_mark.patient, true)) return;
  patient_.push_back(&connection);
}

void FlushQueue::clear() {
  urgent_.clear();
  patient_.clear();
}

std::optional<int64_t> FlushQueue::flush_due(const LookAround& look_around) {
  flush(urgent_, &FlushMark::urgent, look_around);
  if (!patient_.empty() && pacer_.delay_us(clock_.monotonic_us(), dispatched_) == 0) flush_all(look_around);
  if (!urgent_.empty()) return 0;
  if (patient_.empty()) return std::nullopt;
  return pacer_.delay_us(clock_.monotonic_us(), dispatched_);
}

void FlushQueue::flush_urgent() { flush(urgent_, &FlushMark::urgent, nullptr); }

void FlushQueue::flush_all(const LookAround& look_around) {
  const int64_t begun_us = clock_.monotonic_us();
  const size_t events = std::exchange(dispatched_, 0);
  flush(urgent_, &FlushMark::urgent, look_around);
  flush(patient_, &FlushMark::patient, look_around);
  pacer_.flushed(begun_us, clock_.monotonic_us(), events);
}

void FlushQueue::flush(std::vector<Connection*>& connections, bool FlushMark::*mark,
                       const LookAround& look_around) {
  std::vector<Connection*> batch = std::exchange(connections, {});
  for (size_t i = 0; i < batch.size(); ++i) {
    batch[i]->flush_mark.*mark = false;
    batch[i]->flush();
    if (look_around && (i + 1) % kSlice == 0 && i + 1 < batch.size()) look_around();
  }
  batch.clear();
  if (connections.empty()) connections.swap(batch);  // keeps its memory
}

}  // namespace relay
