#include "ingest/demo_source.h"

#include <algorithm>

#include "base/thread_name.h"
#include "ingest/demo_directory.h"

namespace relay {
namespace {

constexpr int64_t kMaxPerPublication = 512;
constexpr int64_t kMaxBehindUs = 1'000'000;

}  // namespace

DemoSource::DemoSource(Intake& intake, Clock& clock, Logger& logger, const SourceConfig& config)
    : config_(config),
      clock_(clock),
      board_("demo:" + config.instance, "demo"),
      delivery_(intake, stop_, board_),
      parser_(config_, clock, logger, board_),
      marcus_(config.seed, clock.wall_us()) {
  const int64_t now_us = clock.wall_us();
  for (size_t kind = 0; kind < files_.size(); ++kind)
    files_[kind] = demo_file_name(static_cast<RecordKind>(kind), now_us);
}

DemoSource::~DemoSource() { stop(); }

void DemoSource::start() {
  board_.update([](SourceStatus& status) { status.state = "playing"; });
  thread_ = std::thread([this] {
    name_thread("source-demo");
    run();
  });
}

void DemoSource::stop() {
  stop_.raise();
  if (thread_.joinable()) thread_.join();
}

void DemoSource::run() {
  const double pause_us = 1e6 / std::max(config_.rate, 0.001);
  auto due_us = static_cast<double>(clock_.monotonic_us());
  while (!stop_.raised()) {
    auto now_us = static_cast<double>(clock_.monotonic_us());
    // After a long wait for room the demo goes on from now instead of catching up in a burst.
    due_us = std::max(due_us, now_us - kMaxBehindUs);
    for (int64_t made = 0; made < kMaxPerPublication && due_us <= now_us; ++made, due_us += pause_us)
      make_record();
    if (!delivery_.deliver(batch_, parser_.take_bytes())) break;
    now_us = static_cast<double>(clock_.monotonic_us());
    const double wait_ms = std::clamp((due_us - now_us) / 1000 + 1, 0.0, 60'000.0);
    if (due_us > now_us && stop_.wait_ms(static_cast<int>(wait_ms))) break;
  }
  board_.update([](SourceStatus& status) { status.state = "stopped"; });
}

void DemoSource::make_record() {
  const DemoRecord record = marcus_.next(clock_.wall_us());
  const auto kind = static_cast<size_t>(record.kind);
  if (EventRef event = parser_.parse({record.kind, files_[kind], offsets_[kind], false}, record.json))
    batch_.push_back(std::move(event));
  offsets_[kind] += record.json.size() + 1;
}

}  // namespace relay
