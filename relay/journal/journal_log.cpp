#include "journal/journal_log.h"

#include <algorithm>
#include <string>
#include <utility>

namespace relay {

JournalLog::JournalLog(Options options, const Clock& clock, Logger& logger, JournalHealth& health)
    : options_(std::move(options)), clock_(clock), logger_(logger), health_(health) {}

JournalLog::~JournalLog() { close(); }

Status JournalLog::open(const std::string& epoch) {
  auto lock = DirectoryLock::take(options_.directory);
  if (!lock) return tl::unexpected(lock.error());
  lock_.emplace(std::move(*lock));
  auto file = JournalFile::open_writer(options_.directory, epoch);
  if (!file) return tl::unexpected(file.error());
  const std::string wal = (options_.directory / JournalFile::kWalName).string();
  if (file->wal().mended > 0)
    logger_.warn("journal", wal + " had " + std::to_string(file->wal().mended) +
                                " flipped bits, which are mended; is the disk or the memory failing?");
  if (file->head_restored())
    logger_.warn("journal", (options_.directory / JournalFile::kName).string() +
                                " had a damaged first page, which is put right from its copy; is the disk or "
                                "the memory failing?");
  if (file->wal().damaged > 0)
    logger_.error("journal", wal + " had " + std::to_string(file->wal().damaged) +
                                 " damaged pages; blocks in them are told as damaged when they are read "
                                 "[journal_damaged]");
  if (file->wal().lost > 0)
    logger_.error("journal", wal + " is damaged, and the last " + std::to_string(file->wal().lost) +
                                 " commits in it are lost: clients that have later positions are told "
                                 "epoch_changed [journal_damaged]");
  auto epochs = file->epochs();
  if (!epochs) return tl::unexpected(epochs.error());
  auto positions = file->positions();
  if (!positions) return tl::unexpected(positions.error());
  auto keys = file->keys(clock_.wall_us() - options_.writer.keys_us);
  if (!keys) return tl::unexpected(keys.error());
  const auto bounds = file->bounds();
  if (!bounds) return tl::unexpected(bounds.error());
  const Status listed =
      file->list([this](const JournalFile::StoredBlock& block) { times_.add(block.first, block.newest_us); });
  if (!listed) return listed;
  auto second = JournalFile::open_reader(options_.directory);
  if (!second) return tl::unexpected(second.error());
  epochs_ = std::move(*epochs);
  positions_ = std::move(*positions);
  keys_ = std::move(*keys);
  oldest_ = bounds->first;
  recent_ = std::make_unique<MemoryLog>(this->epoch(), options_.memory_events, options_.memory_bytes,
                                        bounds->last + 1);
  recent_->hold_from(bounds->last + 1);
  reader_ = std::make_unique<JournalReader>(std::move(*second), *recent_, logger_);
  JournalWriter::Owner& owner = *this;
  writer_ = std::make_unique<JournalWriter>(std::move(*file), options_.directory, options_.writer, clock_,
                                            logger_, owner);
  return {};
}

void JournalLog::close() {
  if (writer_ == nullptr) return;
  settle({});
  reader_->stop();
  writer_->stop();
}

bool JournalLog::knows(std::string_view epoch, uint64_t offset) const {
  const auto found = std::find_if(epochs_.begin(), epochs_.end(),
                                  [epoch](const JournalFile::Epoch& each) { return each.name == epoch; });
  if (found == epochs_.end()) return false;
  const auto next = found + 1;
  return next == epochs_.end() || offset < next->first;
}

void JournalLog::append(std::vector<EventRef> events) {
  unsettled_.insert(unsettled_.end(), events.begin(), events.end());
  recent_->append(std::move(events));
}

void JournalLog::settle(Settlement settlement) {
  const bool waits = settlement.notice != nullptr && options_.notify_after_commit;
  if (settlement.notice != nullptr && !waits) settlement.notice->committed({});
  if (!waits) settlement.notice.reset();
  if (unsettled_.empty() && settlement.positions.empty() && settlement.keys.empty() && !waits) return;
  writer_->push({std::exchange(unsettled_, {}), std::move(settlement)});
}

Log::Bounds JournalLog::bounds() const {
  Bounds bounds = recent_->bounds();
  bounds.oldest = std::min(oldest_.load(), bounds.in_memory);
  return bounds;
}

uint64_t JournalLog::offset_at(int64_t time_us) const {
  const uint64_t on_disk = times_.find(time_us);
  return on_disk != 0 && on_disk < recent_->bounds().in_memory ? on_disk : recent_->offset_at(time_us);
}

void JournalLog::committed(std::span<const JournalFile::NewBlock> blocks) {
  for (const JournalFile::NewBlock& block : blocks) times_.add(block.head.first, block.head.newest_us);
  if (!blocks.empty()) recent_->hold_from(blocks.back().head.last() + 1);
}

void JournalLog::trimmed(uint64_t oldest) {
  times_.trim(oldest);
  oldest_ = oldest;
}

}  // namespace relay
