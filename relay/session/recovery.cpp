#include "session/recovery.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "hub/shard_hub.h"

namespace relay {

std::optional<Position> RecoveryRecord::resume_at(std::string_view epoch, std::string_view offset) const {
  Position position{from - 1};
  if (!offset.empty()) {
    const std::optional<Position> said = parse_position(epoch, offset);
    if (!said || said->offset > ended) return std::nullopt;
    // A client that has got nothing in this session may still have a position of an earlier one.
    position = std::max(position, *said);
  }
  // Who has got all that was sent goes on behind it, however long ago that was.
  return position >= sent ? Position{ended} : position;
}

Recovery::Recovery(const Surroundings& surroundings, int64_t window_us, const RecentBatches::Limits& limits)
    : around_(surroundings), window_us_(window_us), batches_(limits) {}

Recovery::~Recovery() {
  while (!records_.empty()) (void)remove(records_.begin());
}

void Recovery::note_batch(const RoutedBatchRef& batch) { batches_.keep(batch, around_.clock.monotonic_us()); }

bool Recovery::covers(uint64_t offset) const {
  const uint64_t delivered = around_.hub.delivered();
  return offset > delivered || (batches_.oldest() <= offset && batches_.newest() >= delivered);
}

void Recovery::keep(RecoveryRecordRef record) {
  if (records_.size() >= kMaxRecords) {
    ++around_.forgotten;
    (void)remove(records_.begin());
  }
  around_.hub.page_came();
  const int64_t until_us = around_.clock.monotonic_us() + window_us_;
  records_.push_back({std::move(record), until_us});
  by_pid_[records_.back().record->pid] = std::prev(records_.end());
  if (!timer_.armed()) around_.timers.arm(timer_, until_us);
}

RecoveryRecordRef Recovery::remove(std::list<Kept>::iterator kept) {
  RecoveryRecordRef record = std::move(kept->record);
  by_pid_.erase(record->pid);
  records_.erase(kept);
  around_.hub.page_went();
  return record;
}

void Recovery::on_timer(int64_t now_us) {
  while (!records_.empty() && records_.front().until_us <= now_us) (void)remove(records_.begin());
  if (!records_.empty()) around_.timers.arm(timer_, records_.front().until_us);
}

RecoveryRecordRef Recovery::take(const std::string& pid, std::string_view namespace_,
                                 const RecoveringSession* asker) {
  const auto live = live_.find(pid);
  if (live != live_.end() && live->second != asker) live->second->superseded();
  const auto found = by_pid_.find(pid);
  if (found == by_pid_.end() || found->second->record->namespace_ != namespace_) return nullptr;
  // The timer may be late.
  const bool is_over = found->second->until_us <= around_.clock.monotonic_us();
  RecoveryRecordRef record = remove(found->second);
  return is_over ? nullptr : std::move(record);
}

bool Recovery::ask(const std::string& pid, std::string_view namespace_, RecoveringSession& asker) {
  const uint64_t ticket = next_ticket_++;
  size_t asked = 0;
  for (size_t shard = 0; shard < around_.peers.shards(); ++shard) {
    if (shard == around_.peers.shard()) continue;
    if (around_.peers.ask(shard, {around_.peers.shard(), ticket, pid, std::string(namespace_)})) ++asked;
  }
  // Answers are notes as well: none can have come yet.
  if (asked != 0) asked_.emplace(ticket, Asked{&asker, asked});
  return asked != 0;
}

void Recovery::forget(const RecoveringSession& asker) {
  std::erase_if(asked_, [&asker](const auto& each) { return each.second.asker == &asker; });
}

void Recovery::answered(uint64_t ticket, RecoveryRecordRef record) {
  const auto found = asked_.find(ticket);
  if (found == asked_.end()) {
    // The client is gone again, or does not wait any more.
    if (record != nullptr) keep(std::move(record));
    return;
  }
  if (record == nullptr && --found->second.unanswered > 0) return;
  RecoveringSession* const asker = found->second.asker;
  asked_.erase(found);
  asker->found(std::move(record));
}

}  // namespace relay
