#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "base/log.h"
#include "journal/ballast.h"
#include "journal/block_maker.h"
#include "journal/journal_file.h"
#include "journal/journal_health.h"
#include "log/log.h"

namespace relay {

/// What the journal's writer has done, and what waits for it.
struct JournalCounters {
  uint64_t events = 0, blocks = 0, commits = 0;
  uint64_t plain_bytes = 0, packed_bytes = 0;  ///< of blocks
  uint64_t failures = 0;                       ///< of commits
  size_t waiting_bytes = 0;                    ///< of events
  std::string trouble;                         ///< why nothing can be written now; "" when all is well
  Histogram commit_us;
};

/// The thread that writes the journal: everything that waits goes into one transaction, and while that
/// becomes durable the next gathers, so a slow disk costs latency and not throughput.
///
/// What waits is bounded by asking, at kBehindBytes, that nothing more is taken in; what is on its way then
/// is bounded by the intake.
class JournalWriter {
 public:
  static constexpr size_t kBehindBytes = 64 << 20;

  struct Options {
    int64_t retention_us = 0;      ///< 0: however old
    uint64_t retention_bytes = 0;  ///< of the file; 0: however large
    int64_t keys_us = 0;           ///< how long keys of publications are kept
  };
  /// Events that are kept together, and with where their sources stand, or not at all.
  struct Unit {
    std::vector<EventRef> events;
    Settlement settlement;
  };
  /// Called on the writer's thread.
  class Owner : public JournalHealth {
   public:
    /// These are on the disk; before their notices come.
    virtual void committed(std::span<const JournalFile::NewBlock> blocks) = 0;
    virtual void trimmed(uint64_t oldest) = 0;
  };

  JournalWriter(JournalFile file, const std::filesystem::path& directory, Options options, const Clock& clock,
                Logger& logger, Owner& owner);
  ~JournalWriter() { stop(); }

  /// [pipeline]
  void push(Unit unit);
  /// [control] Writes what waits, says that the run has ended, and ends the thread. Nothing is pushed any
  /// more.
  void stop();
  /// [any-thread]
  [[nodiscard]] JournalCounters counters() const;

 private:
  void run();
  [[nodiscard]] bool wait();
  void take();
  void write();
  void tell(const Status& kept);
  void note(const Status& written, int64_t took_us);
  void cannot(const Error& error);
  void lost(const Error& error);
  void upkeep();
  [[nodiscard]] Status trim();
  [[nodiscard]] Status tidy();
  [[nodiscard]] Status learn();
  void recover();
  void end();

  JournalFile file_;
  const Options options_;
  const Clock& clock_;
  Logger& logger_;
  Owner& owner_;
  Ballast ballast_;
  const bool has_ballast_;
  BlockMaker maker_;
  BlockDecoder decoder_;
  bool has_dictionary_ = false;
  std::vector<Unit> units_;                    // taken, not committed
  std::vector<JournalFile::NewBlock> blocks_;  // of those
  std::vector<SourcePosition> positions_;      // likewise
  std::vector<KeyedOutcome> keys_;             // likewise
  size_t unit_bytes_ = 0;                      // likewise
  int64_t upkeep_due_us_ = 0;
  size_t fresh_bytes_ = 0;  // since the last checkpoint
  bool failing_ = false;    // the last commit failed
  bool lost_ = false;

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Unit> queue_;
  bool behind_ = false;
  bool stopping_ = false;
  JournalCounters counters_;
  std::thread thread_;
};

}  // namespace relay
