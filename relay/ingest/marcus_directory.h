#pragma once

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "ingest/delivery.h"
#include "ingest/directory_watch.h"
#include "ingest/file_table.h"
#include "ingest/followed_file.h"
#include "ingest/marcus_events_db.h"
#include "ingest/obstacles.h"
#include "ingest/open_files.h"
#include "ingest/positions.h"
#include "ingest/record_merge.h"
#include "ingest/record_parser.h"
#include "ingest/source.h"
#include "ingest/status_board.h"
#include "ingest/stop_signal.h"
#include "pipeline/intake.h"

namespace relay {

/// Follows everything a Marcus writes below one directory: its JSONL logs and the events in its database.
///
/// What was there before the start, and is recent enough, is read as backfill; all that is written later is
/// live. Each pass reads what is new in all files at once and merges it by time; a full intake stops the
/// reading. start() takes the first look, a thread of its own does the rest until stop().
class MarcusDirectory final : public Source {
 public:
  struct Options {
    bool use_inotify = true;  ///< false: look at everything once a second, as without inotify
    size_t max_open_files = 64;
    size_t max_events = 512;  ///< in a publication
  };

  using Positions = std::map<std::string, std::string>;

  /// Goes on where those of `positions` that are its own say; each publication says how far it goes.
  MarcusDirectory(Intake& intake, Clock& clock, Logger& logger, const SourceConfig& config, Options options,
                  const Positions& positions = {});
  /// With the usual options.
  MarcusDirectory(Intake& intake, Clock& clock, Logger& logger, const SourceConfig& config,
                  const Positions& positions = {});
  ~MarcusDirectory() override;

  [[nodiscard]] std::string name() const override { return name_; }
  void start() override;
  void stop() override;
  [[nodiscard]] SourceStatus status() const override { return board_.snapshot(); }

 private:
  void run();
  void first_look();
  [[nodiscard]] bool read_everything_new();
  void wait_for_change();
  void look_for_changes();
  void handle(const DirectoryChange& change, FileTable::News& news);
  void scan_all(FileTable::Arrival arrival, FileTable::News& news);
  void poll_database();
  void tick();
  void merge(const FileTable::News& news);
  void show_status();

  const SourceConfig config_;
  const std::string name_;
  const Options options_;
  const std::string root_;
  const std::vector<std::string> directories_;
  Clock& clock_;
  Logger& logger_;
  StopSignal stop_;
  StatusBoard board_;
  RecordDelivery delivery_;
  RecordParser parser_;
  StoredPositions stored_;
  std::vector<SourcePosition> positions_;  // to go with the next publication
  Obstacles obstacles_;
  OpenFiles open_files_;
  FollowedFile::Context context_;
  FileTable files_;
  MarcusEventsDb database_;
  RecordMerge merge_;
  DirectoryWatch watch_;
  std::vector<EventRef> batch_;
  int64_t next_poll_us_ = 0;
  int64_t next_tick_us_ = 0;
  std::thread thread_;
};

}  // namespace relay
