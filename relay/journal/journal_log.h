#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "journal/directory_lock.h"
#include "journal/journal_file.h"
#include "journal/journal_health.h"
#include "journal/journal_reader.h"
#include "journal/journal_writer.h"
#include "journal/time_index.h"
#include "log/memory_log.h"

namespace relay {

/// A log that lasts: the newest events in memory, all of them in a journal on the disk.
///
/// An event can be read from the moment it has its offset; it is kept once its commit is through, and its
/// notice comes then. Memory lets go of nothing that is not committed.
class JournalLog final : public Log, private JournalWriter::Owner {
 public:
  struct Options {
    std::filesystem::path directory;
    uint64_t memory_events = 0;  ///< bounds of what is in memory
    uint64_t memory_bytes = 0;
    JournalWriter::Options writer;
    bool notify_after_commit = true;  ///< else once an event has its offset
  };

  JournalLog(Options options, const Clock& clock, Logger& logger, JournalHealth& health);
  ~JournalLog() override;

  /// [control] Once, before anything else. `epoch` names what follows an end that was none. Errors of
  /// DirectoryLock and JournalFile.
  [[nodiscard]] Status open(const std::string& epoch);
  /// [control] Everything appended is written, and its notices have come; reading from the disk ends.
  void close();
  /// [control] Where the sources stood when the journal was opened.
  [[nodiscard]] const std::map<std::string, std::string>& positions() const { return positions_; }
  /// [control] Outcomes of publications with keys then.
  [[nodiscard]] const std::vector<KeyedOutcome>& keys() const { return keys_; }
  [[nodiscard]] JournalCounters counters() const { return writer_->counters(); }
  [[nodiscard]] const std::filesystem::path& directory() const { return options_.directory; }

  [[nodiscard]] const std::string& epoch() const override { return epochs_.back().name; }
  [[nodiscard]] bool knows(std::string_view epoch, uint64_t offset) const override;
  void append(std::vector<EventRef> events) override;
  void settle(Settlement settlement) override;
  void read(uint64_t from, uint64_t to, size_t limit, std::vector<EventRef>& out) const override {
    recent_->read(from, to, limit, out);
  }
  [[nodiscard]] Bounds bounds() const override;
  [[nodiscard]] uint64_t offset_at(int64_t time_us) const override;
  [[nodiscard]] bool visit(std::function<void(LogReader&)> job) const override {
    return reader_->run(std::move(job));
  }

 private:
  void committed(std::span<const JournalFile::NewBlock> blocks) override;
  void trimmed(uint64_t oldest) override;
  void journal_stuck(std::string_view code) override { health_.journal_stuck(code); }
  void journal_well() override { health_.journal_well(); }
  void journal_lost(const Error& error) override { health_.journal_lost(error); }

  const Options options_;
  const Clock& clock_;
  Logger& logger_;
  JournalHealth& health_;
  std::optional<DirectoryLock> lock_;
  std::vector<JournalFile::Epoch> epochs_;  // never empty once open, never changed after
  std::map<std::string, std::string> positions_;
  std::vector<KeyedOutcome> keys_;
  std::unique_ptr<MemoryLog> recent_;
  TimeIndex times_;
  std::atomic<uint64_t> oldest_{1};  // on the disk; beyond the newest while that is empty
  std::vector<EventRef> unsettled_;  // [pipeline] appended, and what goes with them has not come
  std::unique_ptr<JournalReader> reader_;
  std::unique_ptr<JournalWriter> writer_;
};

}  // namespace relay
