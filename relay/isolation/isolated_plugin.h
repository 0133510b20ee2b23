#pragma once

#include <seneca/plugin.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isolation/isolated_library.h"
#include "isolation/plugin_process.h"
#include "plugin/instance.h"

namespace relay {

/// One instance in a process of its own, and what becomes of events when that process ends.
///
/// A process that dies, hangs or answers nonsense is replaced. The events of the call are then asked about
/// one by one, and one that ends its process a second time is given up: its verdict is `fail`, and it is
/// marked as killing (EventBatch::mark_killing). The new instance knows nothing of the old one. Belongs to
/// the owner of the instance.
class IsolatedPlugin {
 public:
  IsolatedPlugin(const IsolatedLibrary& library, PluginInstance& instance, std::string config);
  ~IsolatedPlugin();
  IsolatedPlugin(const IsolatedPlugin&) = delete;
  IsolatedPlugin& operator=(const IsolatedPlugin&) = delete;

  /// Starts the process and waits until the instance is made. Once, first.
  [[nodiscard]] Status create();
  void process(const seneca_batch& batch);
  [[nodiscard]] int32_t tick(int64_t now_us, const seneca_batch& batch, seneca_error& error);
  [[nodiscard]] int32_t render(const seneca_event& event, seneca_str ui_event, const seneca_writer& out,
                               seneca_error& error);
  [[nodiscard]] int32_t save(const seneca_writer& out, seneca_error& error);
  [[nodiscard]] int32_t load(seneca_str saved, seneca_error& error);

  [[nodiscard]] std::vector<MetricValue> metrics();

  [[nodiscard]] const ProcessReport& report() const { return report_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  enum class State { none, starting, ready };

  [[nodiscard]] Status begin();
  /// Whether it can be asked now; waits a little while it starts.
  [[nodiscard]] bool ready();
  /// The same; `error` says why not.
  [[nodiscard]] bool ready(seneca_error& error);
  /// Sends what `content` holds and waits for the answer. False: there is none, and the process has been
  /// replaced.
  [[nodiscard]] bool ask(CallKind kind, const ByteWriter& content, int64_t deadline_us);
  /// The same of a call that is not about events of a batch, with its error.
  [[nodiscard]] int32_t ask(CallKind kind, const ByteWriter& content, int64_t deadline_us,
                            seneca_error& error);
  /// As many events from `first` on as one call takes, at most `most`; 0: not even one.
  [[nodiscard]] uint32_t write_events(const seneca_batch& batch, uint32_t first, uint32_t most,
                                      ByteWriter& content);
  void settle(const seneca_batch& batch, uint32_t first, uint32_t count);
  void bury(const std::string& how);

  const IsolatedLibrary& library_;
  PluginInstance& instance_;
  const std::string config_;
  std::unique_ptr<PluginProcess> process_;
  State state_ = State::none;
  Time started_;
  std::string trouble_;  // why it cannot be asked
  ProcessReport report_;
};

}  // namespace relay
