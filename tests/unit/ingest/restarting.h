#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "following.h"
#include "ingest/source_factory.h"
#include "pipeline/intake.h"
#include "support/temp_dir.h"

namespace relay::test {

/// Keeps what warns.
class WarningLog final : public Logger {
 public:
  void write(LogLevel level, std::string_view, std::string_view text) override {
    if (level == LogLevel::warn) warnings.emplace_back(text);
  }
  std::vector<std::string> warnings;
};

/// The machine's clocks, put forward at will.
class AheadClock final : public Clock {
 public:
  [[nodiscard]] int64_t wall_us() const override { return clock_.wall_us(); }
  [[nodiscard]] int64_t monotonic_us() const override { return clock_.monotonic_us() + ahead_us; }
  std::atomic<int64_t> ahead_us = 0;

 private:
  SystemClock clock_;
};

/// A Marcus directory whose relay is killed and started again, with a journal that keeps what was committed:
/// a publication's events and its positions, both or neither.
class Restarting {
 public:
  Restarting() { config.path = dir.path().string(); }
  ~Restarting() { crash(); }

  void start() {
    crash();
    intake = std::make_unique<Intake>(100'000, 256 << 20);
    source = std::make_unique<MarcusDirectory>(*intake, clock, logger, config, options, kept);
    source->start();
  }
  /// As kill -9: what was read and not committed is lost.
  void crash() {
    source.reset();
    intake.reset();
    waiting_.clear();
  }

  /// Commits the next publication; waits for it, at most half a minute.
  bool commit_one() {
    const int64_t deadline_us = clock.monotonic_us() + 30'000'000;
    while (waiting_.empty()) {
      if (clock.monotonic_us() > deadline_us) return false;
      std::vector<Publication> taken;
      intake->take(taken, 10'000);
      for (Publication& publication : taken) waiting_.push_back(std::move(publication));
    }
    commit(waiting_.front());
    waiting_.pop_front();
    return true;
  }
  bool commit_until(const std::function<bool()>& done) {
    while (!done())
      if (!commit_one()) return false;
    return true;
  }
  bool commit_count(size_t count) {
    return commit_until([&] { return events.size() >= count; });
  }
  /// Commits all there is: a last line that is later than any other is waited for, so that what must not come
  /// had its chance. Its number is left out.
  bool commit_all() {
    dir.append(kMarkerFile, agent_line(kMarker));
    const bool came = commit_until([&] { return !events.empty() && number_of(events.back()) == kMarker; });
    if (came) events.pop_back();
    return came;
  }

  [[nodiscard]] std::vector<int> numbers() const {
    std::vector<int> found;
    for (const EventRef& event : events) found.push_back(number_of(event));
    return found;
  }

  static constexpr int kMarker = 24 * 3600 - 1;
  static constexpr const char* kMarkerFile = "logs/agent_events/agent_events_marker.jsonl";

  TempDir dir;
  AheadClock clock;
  WarningLog logger;
  SourceConfig config;
  MarcusDirectory::Options options{true, 64, 1};
  std::map<std::string, std::string> kept;
  std::vector<EventRef> events;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<MarcusDirectory> source;

 private:
  void commit(Publication& publication) {
    for (EventRef& event : publication.events) events.push_back(std::move(event));
    for (const auto& [key, value] : publication.positions) {
      if (value.empty())
        kept.erase(key);
      else
        kept[key] = value;
    }
  }

  std::deque<Publication> waiting_;
};

}  // namespace relay::test
