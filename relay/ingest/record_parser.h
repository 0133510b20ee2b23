#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "event/event.h"
#include "ingest/record_kind.h"
#include "ingest/status_board.h"

namespace relay {

/// Where a record was found.
struct RecordPlace {
  RecordKind kind = RecordKind::agent_events;
  std::string_view file;  ///< name without directory
  uint64_t offset = 0;    ///< byte offset of the line, or the row's number
  bool backfill = false;  ///< was there before the relay
};

/// Turns what Marcus wrote into events: one record at a time, wrong ones are skipped, counted and reported.
///
/// Owned by one source thread. The id of a record that has none is "FILE:OFFSET", the same in every run.
class RecordParser {
 public:
  RecordParser(const SourceConfig& config, Clock& clock, Logger& logger, StatusBoard& board);

  /// Null when the record was skipped.
  [[nodiscard]] EventRef parse(const RecordPlace& place, std::string_view record);
  /// Counts a record that could not even be read, and reports it.
  void skip(const RecordPlace& place, std::string_view why);
  /// Bytes of the records read since the last call.
  [[nodiscard]] uint64_t take_bytes() { return std::exchange(bytes_, 0); }

 private:
  [[nodiscard]] bool may_report(std::string_view file);

  const SourceConfig& config_;
  Clock& clock_;
  Logger& logger_;
  StatusBoard& board_;
  std::array<std::string, 6> sources_;  // by kind
  uint64_t bytes_ = 0;
  std::string last_reported_file_;
  int64_t report_window_us_ = 0;
  int reports_in_window_ = 0;
};

}  // namespace relay
