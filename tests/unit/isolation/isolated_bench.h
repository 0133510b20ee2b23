#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "isolation/isolated_library.h"
#include "support/plugin_bench.h"

namespace relay::test {

/// What several threads say; a test waits for it.
template <class Item>
class Heard {
 public:
  void add(Item item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
    changed_.notify_all();
  }
  /// True as soon as one of them is as `wanted` says; false after a long time.
  template <class Predicate>
  bool waits_for(Predicate wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return std::any_of(items_.begin(), items_.end(), wanted); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Item> items_;
};

class HeardLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view component, std::string_view text) override {
    lines.add(std::string(component) + ": " + std::string(text));
  }
  bool wrote(const std::string& line) {
    return lines.waits_for([&line](const std::string& each) { return each == line; });
  }
  Heard<std::string> lines;
};

class HeardServices final : public HostServices {
 public:
  bool publish(const EventFields& fields) override {
    published.add(Event::make(fields));
    return true;
  }
  Heard<EventRef> published;
};

/// A plugin in a process of its own, without a relay.
class IsolatedBench {
 public:
  explicit IsolatedBench(int64_t deadline_us = 2'000'000) {
    settings.host = PLUGIN_HOST;
    settings.deadline_us = deadline_us;
  }

  Result<std::shared_ptr<PluginLibrary>> open(const std::string& name = "hostile") {
    const auto path = fixture(name);
    auto file = TrustedFile::open(path);
    if (!file) return tl::unexpected(file.error());
    return IsolatedLibrary::open(path, std::move(*file), settings, surroundings());
  }
  Result<std::unique_ptr<PluginInstance>> create(const std::string& config = "{}") {
    auto library = open();
    if (!library) return tl::unexpected(library.error());
    return PluginInstance::create(*library, "it", config, surroundings());
  }
  std::unique_ptr<PluginInstance> must_create(const std::string& config = "{}") {
    auto instance = create(config);
    if (!instance) FAIL(instance.error().to_string());
    return std::move(*instance);
  }
  PluginInstance::Surroundings surroundings() { return {logger, clock, services, {}}; }

  HeardLogger logger;
  HeardServices services;
  StepClock clock;
  IsolatedLibrary::Settings settings;
};

}  // namespace relay::test
