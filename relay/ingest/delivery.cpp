#include "ingest/delivery.h"

#include <utility>

namespace relay {
namespace {

constexpr int kRoomWaitMs = 50;
constexpr int kRetryMs = 5;

}  // namespace

bool RecordDelivery::deliver(std::vector<EventRef>& events, uint64_t bytes) {
  std::vector<SourcePosition> none;
  return deliver(events, bytes, none);
}

bool RecordDelivery::deliver(std::vector<EventRef>& events, uint64_t bytes,
                             std::vector<SourcePosition>& positions) {
  if (events.empty() && positions.empty()) return true;
  const size_t count = events.size();
  Publication publication;
  publication.events = std::exchange(events, {});
  publication.positions = std::exchange(positions, {});
  if (!intake_.offer(std::move(publication)) && !wait_and_offer(publication)) return false;
  board_.update([&](SourceStatus& status) {
    status.records += count;
    status.bytes += bytes;
    status.waiting_backpressure = false;
  });
  return true;
}

bool RecordDelivery::wait_and_offer(Publication& publication) {
  board_.update([](SourceStatus& status) { status.waiting_backpressure = true; });
  while (!stop_.raised()) {
    // Others may take the room first, and a closed intake answers at once: hence the pause.
    if (intake_.wait_for_room(kRoomWaitMs) && intake_.offer(std::move(publication))) return true;
    if (stop_.wait_ms(kRetryMs)) break;
  }
  return false;
}

}  // namespace relay
