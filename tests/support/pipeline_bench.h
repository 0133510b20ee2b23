#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "event/pattern.h"
#include "log/memory_log.h"
#include "pipeline/pipeline.h"
#include "pipeline/route_table.h"
#include "support/manual_clock.h"
#include "support/plugin_bench.h"

namespace relay::test {

/// Keeps every batch; safe to read once the pipeline has been joined or a later publication is acknowledged.
class RecordingSink final : public BatchSink {
 public:
  void publish(const RoutedBatchRef& batch) override {
    const std::lock_guard lock(mutex_);
    batches_.push_back(batch);
  }
  [[nodiscard]] bool wants_views() const override { return pages; }
  [[nodiscard]] std::vector<RoutedBatchRef> batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  [[nodiscard]] std::vector<std::string> types() const {
    std::vector<std::string> types;
    for (const RoutedBatchRef& batch : batches())
      for (const RoutedEvent& routed : batch->events) types.emplace_back(routed.event->type());
    return types;
  }

  bool pages = true;  ///< set before the pipeline starts

 private:
  mutable std::mutex mutex_;
  std::vector<RoutedBatchRef> batches_;
};

/// Fulfils a promise; broken when destroyed first.
class PromisedReceipt final : public PublishReceipt {
 public:
  void complete(const PublishResult& result) override { promise_.set_value(result); }
  std::future<PublishResult> future() { return promise_.get_future(); }

 private:
  std::promise<PublishResult> promise_;
};

/// A plugin in the pipeline, as a test writes it down.
struct StageSpec {
  std::filesystem::path file;
  std::string name = "it";
  std::vector<std::string> match = {};
  PluginConfig::OnError on_error = PluginConfig::OnError::drop;
  std::string config = "{}";
};

/// A whole pipeline on its own thread, with plugins of the test's choice.
class PipelineBench {
 public:
  Stage stage(const StageSpec& spec) {
    auto library = PluginLibrary::open(spec.file);
    if (!library) FAIL(library.error().to_string());
    auto plugin = PluginInstance::create(*library, spec.name, spec.config, {logger, clock, services, {}});
    if (!plugin) FAIL(plugin.error().to_string());
    auto match = PatternSet::parse(spec.match);
    if (!match) FAIL(match.error().to_string());
    PluginConfig config;
    config.on_error = spec.on_error;
    return Stage(std::move(*plugin), std::move(*match), config);
  }
  PipelinePlan plan(const std::vector<StageSpec>& specs, std::vector<RouteConfig> routes = {}) {
    PipelinePlan made;
    for (const StageSpec& spec : specs) made.stages.push_back(stage(spec));
    made.routes = *compile_routes(routes);
    return made;
  }

  std::future<PublishResult> offer(std::vector<EventRef> events) {
    auto receipt = std::make_unique<PromisedReceipt>();
    std::future<PublishResult> result = receipt->future();
    REQUIRE(intake.offer({std::move(events), std::move(receipt)}));
    return result;
  }
  PublishResult publish(std::vector<EventRef> events) { return offer(std::move(events)).get(); }
  PublishResult publish(const std::vector<std::string>& types) {
    std::vector<EventRef> events;
    for (const std::string& type : types) events.push_back(make_event(type));
    return publish(std::move(events));
  }
  /// Runs `task` on the pipeline thread and waits for it.
  void on_pipeline(const std::function<void(Pipeline&)>& task) {
    const auto done = std::make_shared<std::promise<void>>();
    REQUIRE(pipeline.post([&task, done](Pipeline& running) {
      task(running);
      done->set_value();
    }));
    done->get_future().get();
  }
  void finish() {
    intake.close();
    pipeline.join();
  }

  RecordingLogger logger;
  ManualClock clock;
  RecordingServices services;
  Intake intake{100000, size_t{64} << 20};
  MemoryLog log{"EPOCH", 100000, uint64_t{1} << 30};
  std::atomic<int> letters_told{0};
  DeadLetters dead_letters{"LETTERS", [this] { ++letters_told; }};
  RecordingSink sink;
  Pipeline pipeline{intake, log, dead_letters, sink, clock, logger, 64000, {600'000'000, 1000}};
};

}  // namespace relay::test
