#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "journal/journal_file.h"
#include "log/memory_log.h"

namespace relay {

/// The thread that reads the journal for all who need more than memory holds, one job after the other.
///
/// It keeps the blocks it has decoded last, since late joiners come in crowds and want the same. Its
/// transactions last for one block, so the writer never waits for it.
class JournalReader final : private LogReader {
 public:
  static constexpr size_t kMaxJobs = 1024;

  /// `recent` holds at least what is not committed.
  JournalReader(JournalFile file, const MemoryLog& recent, Logger& logger);
  ~JournalReader() override { stop(); }

  /// [any-thread] False: as many as may wait do.
  [[nodiscard]] bool run(std::function<void(LogReader&)> job);
  /// [control] After the job that runs; the others are destroyed.
  void stop();

 private:
  struct Block {
    uint64_t first = 0, last = 0;
    bool damaged = false;
    size_t bytes = 0;
    std::vector<EventRef> events;
  };

  void work();
  uint64_t read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out,
                std::vector<Hole>& holes) override;
  [[nodiscard]] uint64_t next_about(std::string_view subject, uint64_t from) override;
  [[nodiscard]] const Block* block_with(uint64_t offset);
  [[nodiscard]] const Block* load(uint64_t offset);
  void forget_oldest();
  void report(const Error& error);

  JournalFile file_;
  const MemoryLog& recent_;
  Logger& logger_;
  BlockDecoder decoder_;
  std::list<Block> blocks_;  // used last first
  size_t cached_bytes_ = 0;
  uint64_t reported_ = 0;    // the damaged block told of last
  bool unreadable_ = false;  // the file could not be read the last time

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void(LogReader&)>> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace relay
