#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "ingest/marcus_directory.h"
#include "pipeline/intake.h"
#include "support/temp_dir.h"

namespace relay::test {

/// A line of agent_events, recognisable by its number, a second after the one before.
inline std::string agent_line(int number, std::string_view more = "") {
  char time[40];
  std::snprintf(time, sizeof time, "2026-03-02T%02d:%02d:%02d+00:00", number / 3600 % 24, number / 60 % 60,
                number % 60);
  return "{\"timestamp\": \"" + std::string(time) +
         "\", \"event_type\": \"task_request\", \"data\": {\"n\": " + std::to_string(number) +
         std::string(more) + "}}\n";
}

/// The number in an event made of such a line; -1 without one.
inline int number_of(const EventRef& event) {
  const size_t at = event->data().find("\"n\": ");
  return at == std::string_view::npos ? -1 : std::atoi(std::string(event->data().substr(at + 5)).c_str());
}

inline std::vector<int> range(int first, int last) {
  std::vector<int> numbers;
  for (int number = first; number <= last; ++number) numbers.push_back(number);
  return numbers;
}

/// What came out of an intake. Waiting is draining, never sleeping.
class Drain {
 public:
  explicit Drain(Intake& intake) : intake_(intake) {}

  /// Drains until `done`, at most half a minute; says whether it came to that.
  bool until(const std::function<bool()>& done) {
    const int64_t deadline_us = clock_.monotonic_us() + 30'000'000;
    while (!done()) {
      if (clock_.monotonic_us() > deadline_us) return false;
      std::vector<Publication> taken;
      intake_.take(taken, 10'000);
      for (Publication& publication : taken)
        for (EventRef& event : publication.events) events.push_back(std::move(event));
    }
    return true;
  }
  bool until_count(size_t count) {
    return until([&] { return events.size() >= count; });
  }
  [[nodiscard]] std::vector<int> numbers() const {
    std::vector<int> found;
    for (const EventRef& event : events) found.push_back(number_of(event));
    return found;
  }

  std::vector<EventRef> events;

 private:
  Intake& intake_;
  SystemClock clock_;
};

/// A Marcus directory being followed.
class Following {
 public:
  explicit Following(std::filesystem::path root = {}, size_t max_events = 100000)
      : intake(max_events, 256 << 20), drain(intake) {
    config.path = root.empty() ? dir.path().string() : root.string();
  }

  /// Returns when the first look is over: what is written from now on is live.
  void start(MarcusDirectory::Options options = {}) {
    source = std::make_unique<MarcusDirectory>(intake, clock, *logger, config, options);
    source->start();
    drain.until([&] { return source->status().state != "stopped"; });
  }
  /// A last line to wait for, so that what must not come had its chance.
  bool until_marker(const std::string& file, int number = 4242) {
    dir.append(file, agent_line(number));
    return drain.until([&] {
      for (const EventRef& event : drain.events)
        if (number_of(event) == number) return true;
      return false;
    });
  }

  TempDir dir;
  SystemClock clock;
  std::unique_ptr<Logger> logger = make_null_logger();
  Intake intake;
  Drain drain;
  SourceConfig config;
  std::unique_ptr<MarcusDirectory> source;
};

inline constexpr const char* kAgentFile = "logs/agent_events/agent_events_20260302.jsonl";

}  // namespace relay::test
