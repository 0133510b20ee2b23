#include "journal/journal_reader.h"

#include <algorithm>
#include <utility>

#include "base/thread_name.h"
#include "journal/topics.h"

namespace relay {
namespace {

constexpr size_t kCacheBytes = 16 << 20;

}  // namespace

JournalReader::JournalReader(JournalFile file, const MemoryLog& recent, Logger& logger)
    : file_(std::move(file)),
      recent_(recent),
      logger_(logger),
      decoder_([this](uint32_t id) { return file_.dictionary(id); }),
      thread_([this] {
        name_thread("journal-reader");
        work();
      }) {}

bool JournalReader::run(std::function<void(LogReader&)> job) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || jobs_.size() >= kMaxJobs) return false;
  jobs_.push_back(std::move(job));
  arrived_.notify_one();
  return true;
}

void JournalReader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  jobs_.clear();
}

void JournalReader::work() {
  for (;;) {
    std::function<void(LogReader&)> job;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job(*this);
  }
}

// Memory is asked first: what it has let go of by then is committed, and found in the file.
uint64_t JournalReader::read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out,
                             std::vector<Hole>& holes) {
  out.clear();
  while (from <= to && out.size() < limit) {
    const Log::Bounds bounds = recent_.bounds();
    if (from >= bounds.in_memory) {
      std::vector<EventRef> fresh;
      recent_.read(from, to, limit - out.size(), fresh);
      if (fresh.empty()) return from;
      if (fresh.front()->offset() > from) continue;
      from = fresh.back()->offset() + 1;
      std::move(fresh.begin(), fresh.end(), std::back_inserter(out));
      continue;
    }
    const Block* const block = block_with(from);
    const uint64_t next = block == nullptr ? bounds.in_memory : block->first;
    if (next > from) holes.push_back({from, std::min(to, next - 1), unreadable_});
    from = std::max(from, next);
    if (block == nullptr || from > to) continue;
    if (block->damaged) {
      holes.push_back({from, std::min(to, block->last), true});
      from = block->last + 1;
      continue;
    }
    for (const EventRef& event : block->events) {
      if (event->offset() < from) continue;
      if (event->offset() > to || out.size() >= limit) return std::min(event->offset(), to + 1);
      from = event->offset() + 1;
      out.push_back(event);
    }
    from = block->last + 1;
  }
  return std::min(from, to + 1);
}

uint64_t JournalReader::next_about(std::string_view subject, uint64_t from) {
  const uint64_t in_memory = recent_.bounds().in_memory;
  if (from >= in_memory) return from;
  const Result<uint64_t> next = file_.next_about(subject_topic(subject), from);
  if (!next) report(next.error());
  if (!next) return from;
  return *next == 0 ? std::max(from, in_memory) : *next;
}

// The block that holds `offset`, or else the next one; null when there is none.
const JournalReader::Block* JournalReader::block_with(uint64_t offset) {
  const auto found = std::find_if(blocks_.begin(), blocks_.end(), [offset](const Block& block) {
    return block.first <= offset && offset <= block.last;
  });
  if (found == blocks_.end()) return load(offset);
  blocks_.splice(blocks_.begin(), blocks_, found);
  return &blocks_.front();
}

const JournalReader::Block* JournalReader::load(uint64_t offset) {
  Block block;
  const Status read =
      file_.read(offset, std::nullopt, 2, [this, &block](const JournalFile::StoredBlock& stored) {
        JournalFile::StoredBlock row = stored;
        block.damaged = !decode_stored(decoder_, row, block.events);
        block.first = row.first;
        block.last = row.last;
        if ((block.damaged || row.mended) && std::exchange(reported_, block.first) != block.first) {
          const std::string offsets =
              "offsets " + std::to_string(block.first) + " to " + std::to_string(block.last);
          if (block.damaged)
            report(fail("block_damaged", offsets,
                        "cannot be read; `senecactl journal verify` looks at all of them")
                       .value());
          else
            logger_.warn("journal", offsets +
                                        " had a flipped bit, which is mended; is the disk or the memory "
                                        "failing? [block_mended]");
        }
        return false;
      });
  unreadable_ = !read;
  if (!read) report(read.error());
  if (block.last == 0) return nullptr;
  for (const EventRef& event : block.events) block.bytes += event->footprint();
  cached_bytes_ += block.bytes;
  blocks_.push_front(std::move(block));
  forget_oldest();
  return &blocks_.front();
}

void JournalReader::forget_oldest() {
  while (blocks_.size() > 1 && cached_bytes_ > kCacheBytes) {
    cached_bytes_ -= blocks_.back().bytes;
    blocks_.pop_back();
  }
}

void JournalReader::report(const Error& error) { logger_.error("journal", error.to_string()); }

}  // namespace relay
