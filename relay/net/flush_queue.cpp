#include "net/flush_queue.h"

#include <algorithm>
#include <utility>

#include "net/connection.h"

namespace relay {
namespace {

constexpr size_t kSlice = 64;  // connections flushed between two looks around
/// With this many messages in a write, more of them make it hardly any cheaper per message.
constexpr size_t kEnoughMessages = 32;

}  // namespace

bool FlushQueue::queued(const Connection& connection) {
  return connection.flush_mark.urgent || connection.flush_mark.patient;
}

void FlushQueue::add_urgent(Connection& connection) {
  if (std::exchange(connection.flush_mark.urgent, true)) return;
  urgent_.push_back(&connection);
}

void FlushQueue::add_patient(Connection& connection) {
  FlushMark& mark = connection.flush_mark;
  if (mark.urgent || mark.patient) return;
  mark.patient = true;
  mark.batches_then = batches_;
  mark.events_then = events_;
  patient_.push_back(&connection);
}

void FlushQueue::clear() {
  urgent_.clear();
  patient_.clear();
}

void FlushQueue::count_dispatched(size_t events) {
  events_ += events;
  ++batches_;
  pacer_.dispatched(patient_.size());
}

size_t FlushQueue::waiting_events() const {
  return patient_.empty() ? 0 : static_cast<size_t>(events_ - patient_.front()->flush_mark.events_then);
}

std::optional<int64_t> FlushQueue::flush_due(const LookAround& look_around) {
  flush_urgent(look_around);
  flush_patient(patient_.size(), false, look_around);
  if (!urgent_.empty()) return 0;
  if (patient_.empty()) return std::nullopt;
  return wait_us(*patient_.front(), clock_.monotonic_us());
}

void FlushQueue::flush_all() {
  flush_urgent(nullptr);
  flush_patient(patient_.size(), true, nullptr);
}

// Does not count as the turn of one that is patient as well: it could otherwise put that off for ever, and
// those behind it.
void FlushQueue::flush_urgent(const LookAround& look_around) {
  std::vector<Connection*> batch = std::exchange(urgent_, {});
  const int64_t now_us = clock_.monotonic_us();
  for (size_t i = 0; i < batch.size(); ++i) {
    FlushMark& mark = batch[i]->flush_mark;
    mark.urgent = false;
    if (!mark.patient) mark.flushed_us = now_us;
    batch[i]->flush();
    if (look_around && (i + 1) % kSlice == 0 && i + 1 < batch.size()) look_around();
  }
  batch.clear();
  if (urgent_.empty()) urgent_.swap(batch);  // keeps its memory
}

void FlushQueue::flush_patient(size_t count, bool all, const LookAround& look_around) {
  while (count > 0) {
    const int64_t begun_us = clock_.monotonic_us();
    const size_t slice = std::min(count, kSlice);
    size_t flushed = 0;
    for (; flushed < slice && (all || !too_early(*patient_.front(), begun_us)); ++flushed) {
      Connection& next = *patient_.front();
      patient_.pop_front();
      next.flush_mark.patient = false;
      next.flush_mark.flushed_us = begun_us;
      next.flush();
    }
    pacer_.wrote(flushed, clock_.monotonic_us() - begun_us);
    if (flushed < slice) return;
    count -= slice;
    if (look_around && count > 0) look_around();
  }
}

// Remembers for whom it was, to tell the pacer what came of the wait.
bool FlushQueue::too_early(const Connection& connection, int64_t now_us) {
  if (wait_us(connection, now_us) > 0) {
    waited_for_ = &connection;
    return true;
  }
  if (std::exchange(waited_for_, nullptr) == &connection)
    pacer_.waited(batches_ - connection.flush_mark.batches_then > 1);
  return false;
}

int64_t FlushQueue::wait_us(const Connection& connection, int64_t now_us) const {
  if (connection.waiting_messages() >= kEnoughMessages) return 0;
  return std::max<int64_t>(0, connection.flush_mark.flushed_us + pacer_.interval_us() - now_us);
}

}  // namespace relay
