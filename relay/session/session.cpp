#include "session/session.h"

#include <algorithm>
#include <utility>

#include "codec/websocket_frame.h"

namespace relay {

std::string_view SessionRequest::get(std::string_view name) const {
  const auto found =
      std::find_if(query.begin(), query.end(), [name](const auto& each) { return each.first == name; });
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

Session::Session(std::string id, ShardServices& services, Transport& transport)
    : id_(std::move(id)),
      services_(services),
      transport_(transport),
      outbox_(static_cast<size_t>(services.config->performance.message_queue_size), kSessionQueueBytes),
      max_frames_(static_cast<size_t>(services.config->performance.message_queue_size)) {}

bool Session::send(Priority lane, FrameRef frame) {
  if (closing_) return false;
  const bool was_empty = outbox_.empty();
  const uint64_t dropped_before = outbox_.dropped();
  const bool is_event = frame->offset() != 0;
  const Outbox::Push push = outbox_.push(lane, std::move(frame));
  services_.counters.events_dropped += outbox_.dropped() - dropped_before;
  if (push == Outbox::Push::overflow) {
    close(websocket_close::kTryLater, "too slow");
    return false;
  }
  if (is_event && push != Outbox::Push::dropped_newcomer) {
    ++events_sent_;
    ++services_.counters.events_delivered;
  }
  // An outbox that was not empty is known to the transport already: it is queued for a flush, or blocked.
  if (was_empty) transport_.flush_soon();
  return true;
}

void Session::close(uint16_t code, std::string_view reason) {
  if (std::exchange(closing_, true)) return;
  transport_.close(code, reason);
}

void Session::note_start(const SessionRequest& request) {
  address_ = request.address;
  coding_ = request.coding;
  connected_us_ = services_.clock.wall_us();
}

SessionInfo Session::base_info(std::string_view protocol) const {
  SessionInfo info;
  info.id = id_;
  info.protocol = protocol;
  info.address = address_;
  info.connected_us = connected_us_;
  info.events_sent = events_sent_;
  info.events_dropped = outbox_.dropped();
  info.queued_frames = outbox_.frames();
  info.queued_bytes = outbox_.bytes();
  return info;
}

Outbox::Gap Session::gap_to_tell() { return room() > 0 ? outbox_.take_gap() : Outbox::Gap(); }

size_t Session::room() const {
  // However small the bound, one frame at a time gets through.
  if (outbox_.empty()) return std::max<size_t>(max_frames_ / 2, 1);
  if (outbox_.bytes() > kSessionQueueBytes / 2) return 0;
  return max_frames_ / 2 - std::min(max_frames_ / 2, outbox_.frames());
}

}  // namespace relay
