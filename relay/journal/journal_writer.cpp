#include "journal/journal_writer.h"

#include <chrono>
#include <utility>

#include "base/thread_name.h"
#include "journal/dictionary.h"

namespace relay {
namespace {

constexpr size_t kCommitBytes = 8 << 20;
constexpr size_t kCheckpointBytes = 4 << 20;
constexpr int64_t kUpkeepUs = 1'000'000;

size_t bytes_of(const std::vector<EventRef>& events) {
  size_t bytes = 0;
  for (const EventRef& event : events) bytes += event->footprint();
  return bytes;
}

}  // namespace

JournalWriter::JournalWriter(JournalFile file, const std::filesystem::path& directory, Options options,
                             const Clock& clock, Logger& logger, Owner& owner)
    : file_(std::move(file)),
      options_(options),
      clock_(clock),
      logger_(logger),
      owner_(owner),
      ballast_(directory),
      has_ballast_(ballast_.load()),
      decoder_([this](uint32_t id) { return file_.dictionary(id); }),
      thread_([this] {
        name_thread("journal");
        run();
      }) {
  if (!has_ballast_)
    logger_.warn("journal", "there is no room for a ballast of 16 MiB: a full disk is noticed too late");
}

void JournalWriter::push(Unit unit) {
  const size_t bytes = bytes_of(unit.events);
  const std::lock_guard lock(mutex_);
  counters_.waiting_bytes += bytes;
  queue_.push_back(std::move(unit));
  if (queue_.size() == 1) arrived_.notify_one();
  if (counters_.waiting_bytes <= kBehindBytes || behind_) return;
  behind_ = true;
  if (counters_.trouble.empty()) owner_.journal_stuck("journal_behind");
}

void JournalWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

JournalCounters JournalWriter::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void JournalWriter::run() {
  while (wait()) {
    take();
    if (!units_.empty()) write();
    upkeep();
  }
  if (!units_.empty()) {
    take();
    write();
  }
  end();
}

// A commit that failed is tried again once a second. False when the relay stops and nothing is left to do.
bool JournalWriter::wait() {
  std::unique_lock lock(mutex_);
  const auto some = [this] { return stopping_ || (!queue_.empty() && !failing_); };
  arrived_.wait_for(lock, std::chrono::microseconds(kUpkeepUs), some);
  if (lost_) {
    queue_.clear();
    return !stopping_;
  }
  return !stopping_ || (!queue_.empty() && !failing_);
}

void JournalWriter::take() {
  if (!units_.empty() || lost_) return;
  std::vector<EventRef> events;
  {
    const std::lock_guard lock(mutex_);
    for (unit_bytes_ = 0; !queue_.empty() && unit_bytes_ < kCommitBytes; queue_.pop_front()) {
      units_.push_back(std::move(queue_.front()));
      unit_bytes_ += bytes_of(units_.back().events);
    }
  }
  blocks_.clear();
  positions_.clear();
  keys_.clear();
  for (Unit& unit : units_) {
    events.insert(events.end(), unit.events.begin(), unit.events.end());
    for (SourcePosition& position : unit.settlement.positions) positions_.push_back(std::move(position));
    for (KeyedOutcome& outcome : unit.settlement.keys) keys_.push_back(std::move(outcome));
  }
  maker_.make(events, blocks_);
}

void JournalWriter::write() {
  const int64_t start_us = clock_.monotonic_us();
  Status written;
  if (!blocks_.empty() || !positions_.empty()) {
    const int64_t now_us = clock_.wall_us();
    written = file_.commit(blocks_, positions_, keys_, now_us);
    if (!written && written.error().code == "journal_full" && ballast_.drop()) {
      cannot(written.error());
      written = file_.commit(blocks_, positions_, keys_, now_us);
    }
    note(written, clock_.monotonic_us() - start_us);
  }
  failing_ = !written;
  if (written) {
    owner_.committed(blocks_);
    tell(written);
    units_.clear();
  } else if (written.error().code == "journal_fsync") {
    lost(written.error());
  } else {
    cannot(written.error());
    tell(written);
  }
}

void JournalWriter::tell(const Status& kept) {
  for (Unit& unit : units_)
    if (const auto notice = std::move(unit.settlement.notice); notice != nullptr) notice->committed(kept);
}

void JournalWriter::note(const Status& written, int64_t took_us) {
  const std::lock_guard lock(mutex_);
  if (!written) {
    ++counters_.failures;
    return;
  }
  ++counters_.commits;
  counters_.commit_us.record(static_cast<uint64_t>(took_us));
  counters_.waiting_bytes -= unit_bytes_;
  for (const JournalFile::NewBlock& block : blocks_) {
    counters_.events += block.head.count;
    ++counters_.blocks;
    counters_.plain_bytes += block.head.plain_bytes;
    counters_.packed_bytes += block.bytes.size();
    fresh_bytes_ += block.bytes.size();
  }
}

void JournalWriter::cannot(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (counters_.trouble == error.code) return;
  counters_.trouble = error.code;
  owner_.journal_stuck(error.code);
  logger_.error("journal", error.to_string() + "; nothing is taken in meanwhile");
}

// What was committed before may be lost as well: nothing more is acknowledged.
void JournalWriter::lost(const Error& error) {
  lost_ = true;
  units_.clear();
  logger_.error("journal", error.to_string());
  const std::lock_guard lock(mutex_);
  counters_.trouble = error.code;
  owner_.journal_lost(error);
}

void JournalWriter::upkeep() {
  recover();
  const int64_t now_us = clock_.monotonic_us();
  if (lost_ || (now_us < upkeep_due_us_ && fresh_bytes_ < kCheckpointBytes)) return;
  upkeep_due_us_ = now_us + kUpkeepUs;
  Status kept = trim();
  if (kept) kept = file_.forget_keys(clock_.wall_us() - options_.keys_us);
  if (kept) kept = tidy();
  if (kept) kept = file_.checkpoint();
  fresh_bytes_ = 0;
  if (!kept && kept.error().code == "journal_fsync") return lost(kept.error());
  if (!kept && !failing_) logger_.warn("journal", kept.error().to_string());
}

Status JournalWriter::trim() {
  const int64_t oldest_us = options_.retention_us > 0 ? clock_.wall_us() - options_.retention_us : INT64_MIN;
  const auto excess = file_.excess(oldest_us, options_.retention_bytes);
  if (!excess) return tl::unexpected(excess.error());
  if (*excess == 0) return {};
  for (Result<bool> more = true; *more;) {
    more = file_.trim(*excess);
    if (!more) return tl::unexpected(more.error());
  }
  const auto bounds = file_.bounds();
  if (!bounds) return tl::unexpected(bounds.error());
  owner_.trimmed(bounds->first);
  return {};
}

// While nothing waits: what came a little at a time is packed again, together.
Status JournalWriter::tidy() {
  {
    const std::lock_guard lock(mutex_);
    if (!queue_.empty() || failing_) return {};
  }
  if (Status learnt = learn(); !learnt) return learnt;
  const Result<bool> more = file_.merge(maker_.encoder(), decoder_);
  if (!more) return tl::unexpected(more.error());
  if (*more) upkeep_due_us_ = 0;
  return {};
}

// Once in the life of a journal it takes some tenths of a second.
Status JournalWriter::learn() {
  if (has_dictionary_) return {};
  const auto known = file_.dictionaries();
  if (!known) return tl::unexpected(known.error());
  uint32_t id = known->empty() ? 0 : known->back();
  if (id == 0) {
    const auto trained = train_dictionary(file_, decoder_);
    if (!trained) return tl::unexpected(trained.error());
    id = *trained;
  }
  const std::string* const bytes = id == 0 ? nullptr : file_.dictionary(id);
  if (bytes == nullptr) return {};
  maker_.encoder().use_dictionary(id, *bytes);
  has_dictionary_ = true;
  return {};
}

// Well is who has written what waited, and has a ballast again.
void JournalWriter::recover() {
  if (failing_ || lost_) return;
  const std::lock_guard lock(mutex_);
  if (counters_.trouble.empty() && !behind_) return;
  if (counters_.waiting_bytes > kBehindBytes / 2) return;
  behind_ = false;
  if (counters_.trouble == "journal_full" && has_ballast_ && !ballast_.load()) return;
  if (!counters_.trouble.empty()) logger_.info("journal", "can be written again");
  counters_.trouble.clear();
  owner_.journal_well();
}

void JournalWriter::end() {
  if (lost_) return;
  if (!units_.empty())
    logger_.error("journal",
                  std::to_string(units_.size()) + " publications were not kept and not acknowledged");
  Status ended = units_.empty() ? file_.end() : Status();
  if (!ended) logger_.error("journal", ended.error().to_string());
}

}  // namespace relay
