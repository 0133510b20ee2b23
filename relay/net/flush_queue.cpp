#include "net/flush_queue.h"

#include <utility>

#include "net/connection.h"

namespace relay {
namespace {

constexpr size_t kSlice = 64;  // connections flushed between two looks around

}  // namespace

void FlushQueue::add_urgent(Connection& connection) {
  if (std::exchange(connection.queued, Connection::Queued::soon) == Connection::Queued::soon) return;
  urgent_.push_back(&connection);
}

void FlushQueue::add_patient(Connection& connection) {
  if (connection.queued != Connection::Queued::no) return;
  connection.queued = Connection::Queued::in_turn;
  patient_.push_back(&connection);
}

void FlushQueue::clear() {
  urgent_.clear();
  patient_.clear();
}

int64_t FlushQueue::flush_due(const LookAround& look_around) {
  flush(urgent_, look_around);
  if (patient_.empty()) return 0;
  const int64_t delay_us = pacer_.delay_us(clock_.monotonic_us(), dispatched_);
  if (delay_us == 0) flush_all(look_around);
  return delay_us;
}

void FlushQueue::flush_all(const LookAround& look_around) {
  const int64_t begun_us = clock_.monotonic_us();
  const size_t events = std::exchange(dispatched_, 0);
  flush(urgent_, look_around);
  flush(patient_, look_around);
  pacer_.flushed(begun_us, clock_.monotonic_us(), events);
}

void FlushQueue::flush(std::vector<Connection*>& connections, const LookAround& look_around) {
  std::vector<Connection*> batch = std::exchange(connections, {});
  for (size_t i = 0; i < batch.size(); ++i) {
    batch[i]->queued = Connection::Queued::no;
    batch[i]->flush();
    if (look_around && (i + 1) % kSlice == 0 && i + 1 < batch.size()) look_around();
  }
  batch.clear();
  if (connections.empty()) connections.swap(batch);  // keeps its memory
}

}  // namespace relay
