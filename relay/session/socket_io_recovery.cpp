#include <algorithm>
#include <seneca/json.hpp>
#include <span>
#include <utility>

#include "codec/websocket_frame.h"
#include "session/frame_cache.h"
#include "session/presence_watch.h"
#include "session/recovery.h"
#include "session/socket_io_namespace.h"
#include "session/socket_io_session.h"

// How a client that lost its connection goes on. Its record comes from whichever shard has it; then its
// namespaces walk through what it missed in a hub of their own, by the rules of any other, and enter the
// shard's once they have come as far as that.

namespace relay {
namespace {

constexpr int64_t kAnswerUs = 2'000'000;  // of the other shards
constexpr size_t kMaxHeld = 1024;
// Of the past, in one step and before the outbox is looked at again.
constexpr size_t kStepEvents = 512, kSliceEvents = 64, kSliceBytes = 64 * 1024;
constexpr size_t kFetchEvents = 256;  // of the log at once
constexpr int64_t kBusyUs = 20'000;   // until it is asked again, when too many do

}  // namespace

// A namespace of such a client.

SocketIoNamespace::CatchUp::CatchUp(ShardHub& live, const RecoveryRecord& record)
    : past(live, record.sent.place == Position::kLast ? record.sent.offset : record.sent.offset - 1),
      got(record.sent),
      moved(record.moved) {}

ShardHub& SocketIoNamespace::hub() const {
  return catching_up_ == nullptr ? session_.services().hub : catching_up_->past;
}

RecoveryRecordRef SocketIoNamespace::leave_record() const {
  const uint64_t delivered = hub().delivered();
  const uint64_t moved = catching_up_ == nullptr ? delivered : std::max(delivered, catching_up_->moved);
  return std::make_unique<RecoveryRecord>(RecoveryRecord{
      pid_, sid_, name_, from_, rooms_, subscriptions_, sent_, delivered, moved, {}, subject_of(who_.get())});
}

void SocketIoNamespace::restore(const RecoveryRecord& record) {
  from_ = record.from;
  rooms_ = record.rooms;
  if (const AccessRef allowed = access(); allowed != nullptr)
    std::erase_if(rooms_, [&](const Membership& each) {
      const bool keeps = each.room == sid_ || allowed->may_join({name_, each.room});
      if (!keeps && each.watched) report_left(session_.services(), name_, each.room, sid_);
      return !keeps;
    });
  subscriptions_ = record.subscriptions;
  sent_ = record.sent;
  catching_up_ = std::make_unique<CatchUp>(session_.services().hub, record);
  hub().enter_namespace(name_, *this);
  hub().own(name_, sid_, *this);
  const uint64_t next = catching_up_->reached = next_offset();
  for (const Membership& each : rooms_)
    if (each.from <= next) (void)hub().join(name_, each.room, *this);
  for (Subscription& each : subscriptions_)
    if (each.from <= next) each.selection = hub().subscribe(each.selection, *this);
}

bool SocketIoNamespace::catch_up() {
  if (catching_up_ == nullptr || ended_) return false;
  const ShardHub& live = session_.services().hub;
  const uint64_t enough = next_offset() + kStepEvents;
  while (next_offset() < enough && hub().delivered() < live.delivered() && session_.history_room() > 0 &&
         !ended_ && step()) {
  }
  // The shard may be behind what the client had of another one.
  const bool there = hub().delivered() == live.delivered() && hub().delivered() >= catching_up_->moved;
  if (there && !ended_) go_live();
  return !there && !ended_;
}

// What is next for the client: of the batches that the shard keeps, else of the log. Null: it is on its way.
const RoutedBatch* SocketIoNamespace::find_past(uint64_t next, uint64_t& end) {
  const RecentBatches& recent = session_.services().recovery->batches();
  const uint64_t behind = session_.services().hub.delivered() + 1;
  if (const RoutedBatch* const batch = recent.find(next)) {
    end = std::min(behind, batch->events.back().event->offset() + 1);
    return batch;
  }
  const HistoryChunk* const chunk = session_.past(next, behind - 1);
  if (chunk == nullptr) return nullptr;
  end = std::min(behind, chunk->next);
  for (const LogReader::Hole& hole : chunk->holes) {
    if (hole.from > next) {
      end = std::min(end, hole.from);
    } else if (hole.to >= next) {
      end = std::min(end, hole.to + 1);
      pass_lost(end - 1, hole.damaged ? gap_reason::kDamaged : gap_reason::kExpired);
    }
  }
  return chunk->routed.get();
}

// What is next up to `to` cannot come any more: the client took too long, or it cannot be read.
void SocketIoNamespace::pass_lost(uint64_t to, std::string_view reason) {
  const uint64_t next = next_offset();
  sent_ = std::max(sent_, Position{to});
  session_.missed(*this, {to - next + 1, next, to, reason});
  hub().pass(to);
}

// False: what is next is on its way.
bool SocketIoNamespace::step() {
  uint64_t end = 0;
  const RoutedBatch* const batch = find_past(next_offset(), end);
  if (batch == nullptr) return false;
  const auto first = std::lower_bound(
      batch->events.begin(), batch->events.end(), next_offset(),
      [](const RoutedEvent& event, uint64_t offset) { return event.event->offset() < offset; });
  // What was not to be kept is missing.
  const uint64_t next = first == batch->events.end() ? end : std::min(end, first->event->offset());
  hub().pass(next - 1);
  const auto reach = [&](uint64_t from) {
    if (from > next) end = std::min(end, from);
    return from > catching_up_->reached && from <= next;
  };
  for (const Membership& each : rooms_)
    if (reach(each.from)) (void)hub().join(name_, each.room, *this);
  for (Subscription& each : subscriptions_)
    if (reach(each.from)) each.selection = hub().subscribe(each.selection, *this);
  catching_up_->reached = next;

  const std::span<const RoutedEvent> rest(first, batch->events.end());
  const size_t room = session_.history_room();
  size_t count = 0;
  for (size_t bytes = 0, packets = 0; count < std::min(rest.size(), kSliceEvents); ++count) {
    const RoutedEvent& event = rest[count];
    bytes += event.event->footprint();
    packets += event.deliveries + 1;  // by routes and by selections, at the most
    if (event.event->offset() >= end || (count > 0 && (bytes > kSliceBytes || packets > room))) break;
  }
  hub().dispatch(*batch, rest.first(count));
  return true;
}

void SocketIoNamespace::leave_hub() {
  hub().leave_namespace(name_, *this);
  for (const Membership& each : rooms_) hub().leave(name_, each.room, *this);
  for (const Subscription& each : subscriptions_) hub().unsubscribe(*each.selection, *this);
}

void SocketIoNamespace::go_live() {
  leave_hub();
  catching_up_.reset();
  hub().enter_namespace(name_, *this);
  hub().own(name_, sid_, *this);
  std::erase_if(rooms_, [this](const Membership& each) {
    if (hub().join(name_, each.room, *this)) return false;
    session_.services().logger.warn("session", sid_ + " is back, but room " + each.room + " is full");
    if (each.watched) report_left(session_.services(), name_, each.room, sid_);
    return true;
  });
  for (Subscription& each : subscriptions_) each.selection = hub().subscribe(each.selection, *this);
}

// Before it is queued: what cannot be any more, because the connection is closing, is to come later.
void SocketIoNamespace::note_sent(const Run& run) {
  for (auto hit = run.hits.rbegin(); hit != run.hits.rend(); ++hit) {
    if (hit->emission != nullptr && hit->emission->volatile_) continue;
    if (hit->delivery != nullptr && run.batch.views_left_out) continue;
    sent_ = std::max(sent_, position_of(run.batch, *hit));
    return;
  }
}

void SocketIoNamespace::deliver(const Run& run) {
  if (ended_) return;
  if (!pid_.empty()) note_sent(run);
  if (catching_up_ == nullptr) {
    session_.push_run(*this, run);
    return tell_emissions(run);
  }
  std::vector<Hit> hits;
  std::copy_if(run.hits.begin(), run.hits.end(), std::back_inserter(hits), [&](const Hit& hit) {
    const bool is_volatile = hit.emission != nullptr && hit.emission->volatile_;
    return !is_volatile && position_of(run.batch, hit) > catching_up_->got;
  });
  if (!hits.empty()) session_.push_run(*this, {run.id, run.batch, hits});
}

void SocketIoNamespace::missed(uint64_t from, uint64_t to) {
  sent_ = std::max(sent_, Position{to});
  session_.missed(*this, {to - from + 1, from, to, gap_reason::kShardSlow});
}

// What a bound refuses to a client that did not ask is for the operator to know.
void SocketIoNamespace::join_room(const std::string& room) {
  if (catching_up_ != nullptr && hub().delivered() <= catching_up_->moved) return;
  if (const Status joined = try_join(room); !joined)
    session_.services().logger.warn("session", sid_ + " was not joined: " + joined.error().to_string());
}

void SocketIoNamespace::leave_room(const std::string& room) {
  if (catching_up_ != nullptr && hub().delivered() <= catching_up_->moved) return;
  (void)try_leave(room);
}

void SocketIoNamespace::send_away(bool close) {
  if (catching_up_ != nullptr && hub().delivered() <= catching_up_->moved) return;
  session_.send_away(*this, close);
}

void SocketIoNamespace::push_event(std::string_view name, std::string_view arguments_json,
                                   const std::vector<std::string_view>& attachments, uint64_t ack) {
  std::string position;
  if (!pid_.empty() && ack == 0) position = format_position(session_.services().log.epoch(), sent_);
  session_.push_packet(encode_socket_io_event(name_, name, arguments_json, attachments.size(), ack, position),
                       attachments, pid_.empty() ? Priority::critical : Priority::normal);
}

// The session of such a client.

void SocketIoSession::inquire(const std::string& pid, std::string name, std::string auth,
                              IdentityRef identity) {
  Recovery& recovery = *services_.recovery;
  inquiry_ = std::make_unique<Inquiry>();
  inquiry_->name = std::move(name);
  inquiry_->auth = std::move(auth);
  inquiry_->identity = std::move(identity);
  inquiry_->due_us = services_.clock.monotonic_us() + kAnswerUs;
  if (RecoveryRecordRef record = recovery.take(pid, inquiry_->name, this)) return found(std::move(record));
  if (!recovery.ask(pid, inquiry_->name, *this)) return found(nullptr);
  services_.timers.arm(recovering_, inquiry_->due_us);
}

void SocketIoSession::found(RecoveryRecordRef record) {
  Recovery& recovery = *services_.recovery;
  const std::unique_ptr<Inquiry> inquiry = std::move(inquiry_);
  if (closing()) {  // the client may yet come back on another connection
    if (record != nullptr) recovery.keep(std::move(record));
    return;
  }
  // What one subject had is nobody else's.
  if (record != nullptr && record->subject != SocketIoNamespace::subject_of(inquiry->identity.get()))
    record.reset();
  if (record != nullptr) {
    const std::string offset = seneca::JsonView(inquiry->auth).get("offset").string();
    const auto got = record->resume_at(services_.log.epoch(), offset);
    const uint64_t next = !got ? 0 : got->place == Position::kLast ? got->offset + 1 : got->offset;
    if (got && (recovery.covers(next) || services_.log.bounds().oldest <= next)) {
      if (record->gap && record->gap->from > got->offset) record->gap.reset();  // it comes after all
      record->sent = *got;
    } else {
      record.reset();
    }
  }
  if (record == nullptr) ++services_.counters.not_recovered;
  join_namespace(inquiry->name, inquiry->auth, std::move(record), inquiry->identity);
  // One of these may ask in its turn, and hold the rest.
  for (const Inquiry::Held& held : inquiry->held) {
    if (closing()) return;
    if (held.text)
      engine_message(held.message);
    else
      engine_binary(held.message);
  }
}

void SocketIoSession::hold(bool text, std::string_view message) {
  inquiry_->held_bytes += message.size();
  const auto most = static_cast<size_t>(services_.config->server.max_http_buffer_size);
  if (inquiry_->held_bytes > most || inquiry_->held.size() >= kMaxHeld)
    return protocol_error("too much before the answer to CONNECT");
  inquiry_->held.push_back({text, std::string(message)});
}

void SocketIoSession::on_recovering(int64_t now_us) {
  if (inquiry_ != nullptr && inquiry_->due_us <= now_us) {
    services_.recovery->forget(*this);
    found(nullptr);
  }
  past_refused_ = false;
  catch_up();
}

void SocketIoSession::catch_up() {
  catching_up_ = false;
  for (const auto& each : namespaces_) catching_up_ |= each->catch_up();
  services_.frames.batch_done();
  if (!catching_up_) past_ = {};
  // With a full outbox `drained` brings the next step, with a chunk on its way that.
  if (catching_up_ && history_room() > 0 && !fetching_past_) {
    if (!past_refused_ || !recovering_.armed())
      services_.timers.arm(recovering_, services_.clock.monotonic_us() + (past_refused_ ? kBusyUs : 0));
  } else if (inquiry_ != nullptr)
    services_.timers.arm(recovering_, inquiry_->due_us);
}

// A chunk that covers `from`; null: it is on its way.
const HistoryChunk* SocketIoSession::past(uint64_t from, uint64_t to) {
  if (past_.covers(from)) return &past_;
  if (const uint64_t end = std::min(services_.log.bounds().oldest, to + 1); end > from) {
    past_ = {from, end, {}, {{from, end - 1}}, std::make_shared<const RoutedBatch>()};
    return &past_;
  }
  if (fetching_past_ || past_refused_) return nullptr;
  fetching_past_ = services_.history.fetch_routed(from, to, kFetchEvents, id());
  past_refused_ = !fetching_past_;
  return nullptr;
}

void SocketIoSession::fetched(HistoryChunk&& chunk) {
  if (!std::exchange(fetching_past_, false)) return;
  past_refused_ = chunk.next == chunk.from;
  past_ = std::move(chunk);
  catch_up();
}

void SocketIoSession::leave_namespaces(std::string_view reason) {
  bool first = true;
  for (const auto& each : namespaces_) {
    if (recoverable_ && !each->pid().empty() && !each->ended()) {
      RecoveryRecordRef record = each->leave_record();
      if (std::exchange(first, false)) record->gap = untold_gap();
      services_.recovery->keep(std::move(record));
    }
    each->end(reason);
  }
  namespaces_.clear();
}

void SocketIoSession::superseded() {
  leave_namespaces("transport close");
  close(websocket_close::kPolicy, "the client has come back on another connection");
}

}  // namespace relay
