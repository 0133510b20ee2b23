#include "session/session.h"

#include <algorithm>
#include <utility>

#include "codec/websocket_frame.h"
#include "session/authentication.h"

namespace relay {

namespace {

Outbox::Limits outbox_limits(const PerformanceConfig& config) {
  return {static_cast<size_t>(config.message_queue_size), static_cast<size_t>(config.message_queue_bytes),
          config.slow_client_policy};
}

}  // namespace

std::string_view SessionRequest::get(std::string_view name) const {
  const auto found =
      std::find_if(query.begin(), query.end(), [name](const auto& each) { return each.first == name; });
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

Session::Session(std::string id, ShardServices& services, Transport& transport)
    : id_(std::move(id)),
      services_(services),
      transport_(&transport),
      drops_(id_, services),
      outbox_(outbox_limits(services.config->performance), drops_) {}

bool Session::send(Priority lane, FrameRef frame, bool urgent) {
  if (closing_) return false;
  const bool was_empty = outbox_.empty();
  const size_t events = frame->events();
  const Outbox::Push push = outbox_.push(lane, std::move(frame));
  if (push == Outbox::Push::overflow) {
    close(websocket_close::kTryLater, "too slow");
    return false;
  }
  if (push == Outbox::Push::queued) {
    events_sent_ += events;
    services_.counters.events_delivered += events;
  }
  // An outbox that was not empty is known to the transport already: it is queued for a flush, or blocked.
  if (urgent || lane == Priority::critical || events == 0)
    transport_->flush_soon();
  else if (was_empty)
    transport_->flush_in_turn();
  return true;
}

void Session::send_volatile(Priority lane, FrameRef frame) {
  if (closing_) return;
  if (!is_behind()) {
    send(lane, std::move(frame));
    return;
  }
  for (const uint64_t offset : frame->offsets()) drops_.dropped(offset, DropReason::volatile_);
}

void Session::close(uint16_t code, std::string_view reason) {
  if (std::exchange(closing_, true)) return;
  transport_->close(code, reason);
}

void Session::move_to(Transport& transport, FrameCoding coding) {
  transport_ = &transport;
  coding_ = coding;
}

void Session::note_start(const SessionRequest& request) {
  address_ = request.address;
  coding_ = request.coding;
  connected_us_ = services_.clock.wall_us();
  if (request.identity != nullptr) adopt_identity(request.identity);
}

void Session::adopt_identity(IdentityRef identity) {
  identity_ = std::move(identity);
  arm_identity_end(services_, *identity_, identity_end_);
}

void Session::on_identity_end(int64_t) { identity_ended(token_expired_error()); }

void Session::identity_ended(const Error& error) {
  close(websocket_close::kUnauthorized, error.code + ": " + error.subject + " " + error.message);
}

void Session::check_identity() {
  if (closing_) return;
  if (const Status good = check_vouched(services_, identity_.get()); !good) identity_ended(good.error());
}

Status Session::renew_identity(std::string_view token) {
  Result<IdentityRef> fresh = renewed_identity(services_, identity_.get(), token);
  if (!fresh) return tl::unexpected<Error>(fresh.error());
  adopt_identity(std::move(*fresh));
  return {};
}

SessionInfo Session::base_info(std::string_view protocol) const {
  SessionInfo info;
  info.id = id_;
  info.protocol = protocol;
  info.address = address_;
  info.connected_us = connected_us_;
  info.events_sent = events_sent_;
  info.events_dropped = drops_.total();
  info.queued_frames = outbox_.messages();
  info.queued_bytes = outbox_.bytes();
  return info;
}

std::optional<GapNotice> Session::gap_to_tell() { return room() == 0 ? std::nullopt : untold_gap(); }

std::optional<GapNotice> Session::untold_gap() {
  const DropTally::Gap gap = drops_.take_gap();
  if (gap.events == 0) return std::nullopt;
  return GapNotice{gap.events, gap.from, gap.to, to_string(gap.reason)};
}

size_t Session::bundle_limit() const {
  constexpr size_t kMostEvents = 256;
  const PerformanceConfig& config = services_.config->performance;
  if (!config.batch_messages || config.slow_client_policy == SlowClientPolicy::conflate) return 1;
  return std::clamp<size_t>(static_cast<size_t>(config.message_queue_size) / 4, 1, kMostEvents);
}

size_t Session::room() const {
  const size_t half = outbox_.limits().messages / 2;
  // However small the bound, one frame at a time gets through.
  if (outbox_.empty()) return std::max<size_t>(half, 1);
  if (outbox_.bytes() > outbox_.limits().bytes / 2) return 0;
  return half - std::min(half, outbox_.messages());
}

}  // namespace relay
