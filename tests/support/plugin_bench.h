#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "plugin/instance.h"
#include "support/catch.h"

namespace relay::test {

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(FIXTURE_PLUGINS) / (name + ".so");
}

inline EventRef make_event(const std::string& type, const std::string& id = "e1",
                           const std::string& data = "1") {
  EventFields fields;
  fields.id = id;
  fields.source = "/test";
  fields.type = type;
  fields.data = data;
  fields.time_us = 1000;
  return Event::make(fields);
}

/// Stands where the clock was put, and moves on by a step with each look at it.
class StepClock final : public Clock {
 public:
  [[nodiscard]] int64_t wall_us() const override { return 5000; }
  [[nodiscard]] int64_t monotonic_us() const override { return now_us_ += 7; }

 private:
  mutable int64_t now_us_ = 0;
};

class RecordingLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view component, std::string_view text) override {
    lines.push_back(std::string(component) + ": " + std::string(text));
  }
  std::vector<std::string> lines;
};

class RecordingServices final : public HostServices {
 public:
  bool publish(const EventFields& fields) override {
    if (full) return false;
    published.push_back(Event::make(fields));
    return true;
  }
  std::vector<EventRef> published;
  bool full = false;
};

/// A plugin in a world of its own.
class Bench {
 public:
  Result<std::unique_ptr<PluginInstance>> create(const std::filesystem::path& file,
                                                 const std::string& config = "{}") {
    auto library = PluginLibrary::open(file);
    if (!library) return tl::unexpected(library.error());
    return PluginInstance::create(*library, "it", config, {logger, clock, services, {}});
  }
  /// The same, where the test is about something else.
  std::unique_ptr<PluginInstance> must_create(const std::filesystem::path& file,
                                              const std::string& config = "{}") {
    auto instance = create(file, config);
    if (!instance) FAIL(instance.error().to_string());
    return std::move(*instance);
  }

  RecordingLogger logger;
  StepClock clock;
  RecordingServices services;
};

}  // namespace relay::test
