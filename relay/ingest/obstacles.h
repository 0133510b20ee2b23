#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "ingest/status_board.h"

namespace relay {

/// Paths that should be read but cannot be now (a FIFO with a log's name, no permission), and when to try
/// again: after a second, then twice as long each time, up to a minute. Bounded: what does not fit is only
/// reported. [source thread]
class Obstacles {
 public:
  Obstacles(Clock& clock, Logger& logger, StatusBoard& board)
      : clock_(clock), logger_(logger), board_(board) {}

  /// `path` failed (again).
  void note(const std::string& path, const std::string& why);
  /// `path` works, or is no more.
  void clear(const std::string& path) { waiting_.erase(path); }
  /// Paths to try again now.
  [[nodiscard]] std::vector<std::string> due() const;

 private:
  struct Wait {
    int64_t retry_at_us = 0;
    int64_t pause_us = 0;
  };
  Clock& clock_;
  Logger& logger_;
  StatusBoard& board_;
  std::map<std::string, Wait> waiting_;
};

}  // namespace relay
