#pragma once

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "event/event.h"
#include "ingest/delivery.h"
#include "ingest/line_buffer.h"
#include "ingest/source.h"
#include "ingest/status_board.h"
#include "ingest/stop_signal.h"
#include "pipeline/intake.h"

namespace relay {

/// Events from a pipe: one JSON object per line, in any envelope the relay knows. Ends with the stream, whose
/// last line needs no line break. A full intake stops the reading, and so the writer at the other end.
class StandardInput final : public Source {
 public:
  /// Reads `fd`, which stays the caller's.
  StandardInput(Intake& intake, Clock& clock, Logger& logger, const SourceConfig& config, int fd);
  ~StandardInput() override;

  [[nodiscard]] std::string name() const override { return board_.snapshot().name; }
  void start() override;
  void stop() override;
  [[nodiscard]] SourceStatus status() const override { return board_.snapshot(); }

 private:
  enum class Input { bytes, ended, stopped };

  void run();
  [[nodiscard]] Input read_some();
  [[nodiscard]] bool publish_lines(bool ended);
  void parse(const LineBuffer::Line& line);
  void skip(const LineBuffer::Line& line, std::string_view why);

  const SourceConfig config_;
  const int fd_;
  Clock& clock_;
  Logger& logger_;
  StopSignal stop_;
  StatusBoard board_;
  RecordDelivery delivery_;
  LineBuffer lines_;
  std::vector<EventRef> batch_;
  uint64_t batch_bytes_ = 0;
  bool reported_ = false;
  std::thread thread_;
};

}  // namespace relay
