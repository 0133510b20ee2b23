#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "ingest/delivery.h"
#include "ingest/demo_marcus.h"
#include "ingest/record_parser.h"
#include "ingest/source.h"
#include "ingest/status_board.h"
#include "ingest/stop_signal.h"
#include "pipeline/intake.h"

namespace relay {

/// A DemoMarcus followed live: its records become events just as those of a real one's files do, `rate` a
/// second, stamped with the time they are made at.
class DemoSource final : public Source {
 public:
  DemoSource(Intake& intake, Clock& clock, Logger& logger, const SourceConfig& config);
  ~DemoSource() override;

  [[nodiscard]] std::string name() const override { return board_.snapshot().name; }
  void start() override;
  void stop() override;
  [[nodiscard]] SourceStatus status() const override { return board_.snapshot(); }

 private:
  void run();
  void make_record();

  const SourceConfig config_;
  Clock& clock_;
  StopSignal stop_;
  StatusBoard board_;
  RecordDelivery delivery_;
  RecordParser parser_;
  DemoMarcus marcus_;
  std::array<std::string, 6> files_;   // the names the records' files would have, by kind
  std::array<uint64_t, 6> offsets_{};  // and where the next record would be
  std::vector<EventRef> batch_;
  std::thread thread_;
};

}  // namespace relay
