#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "event/event.h"
#include "plugin/host_services.h"
#include "plugin/instance.h"
#include "plugin/library.h"

namespace relay {

class Notices;

/// A wall clock that stands where it was put. The monotonic one is the machine's.
class SettableClock final : public Clock {
 public:
  [[nodiscard]] int64_t wall_us() const override { return wall_us_; }
  [[nodiscard]] int64_t monotonic_us() const override { return machine_.monotonic_us(); }
  void set_wall_us(int64_t wall_us) { wall_us_ = wall_us; }

 private:
  SystemClock machine_;
  int64_t wall_us_ = 1767225600'000000;  // 2026-01-01T00:00:00Z
};

/// The text of a --config flag: a JSON object, or @FILE that holds one. Codes bad_config_file, bad_config.
[[nodiscard]] Result<std::string> read_plugin_config(const std::string& flag);

/// A plugin at work without a relay around it: what it logs goes to the notices, what it publishes is kept.
/// One thread, but for threads of the plugin's own. Outlives the instances made of it.
class PluginWorkbench final : private HostServices {
 public:
  /// `wanted` is a file, or a name looked up as `serve --plugin` does.
  /// `isolated`: in a process of its own.
  [[nodiscard]] static Result<std::unique_ptr<PluginWorkbench>> open(const std::string& wanted,
                                                                     const Notices& notices,
                                                                     bool isolated = false);
  ~PluginWorkbench() override;

  [[nodiscard]] const std::shared_ptr<PluginLibrary>& library() const { return library_; }
  /// The name of its file.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] SettableClock& clock() { return clock_; }
  [[nodiscard]] PluginInstance::Surroundings surroundings() { return {*logger_, clock_, *this, {}}; }

  [[nodiscard]] Result<std::unique_ptr<PluginInstance>> make_instance(const std::string& config) {
    return PluginInstance::create(library_, name_, config, surroundings());
  }
  /// What the plugin has published since the last call, at most kMaxPublished; more are turned away as if the
  /// intake were full.
  [[nodiscard]] std::vector<EventRef> take_published();

  static constexpr size_t kMaxPublished = 65536;

 private:
  struct Published;

  PluginWorkbench(std::string name, const Notices& notices);
  [[nodiscard]] Status load(const std::filesystem::path& file, bool isolated);
  [[nodiscard]] bool publish(const EventFields& fields) override;

  std::shared_ptr<PluginLibrary> library_;
  const std::string name_;
  SettableClock clock_;
  std::unique_ptr<Logger> logger_;
  std::unique_ptr<Published> published_;
};

}  // namespace relay
