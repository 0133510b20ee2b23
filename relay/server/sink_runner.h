#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "event/pattern.h"
#include "log/log.h"
#include "plugin/plugin_report.h"
#include "plugin/sink_plugin.h"

namespace relay {

/// Tells all sinks that the log has grown.
struct LogSignal {
  std::mutex mutex;
  std::condition_variable grown;
  uint64_t raised = 0;

  /// [any-thread]
  void raise() {
    const std::lock_guard lock(mutex);
    ++raised;
    grown.notify_all();
  }
};

/// Follows the log on a thread of its own and hands what matches to a sink.
///
/// It needs no queue: what it has not read yet is in the log, and what leaves the log before it is read is
/// counted as skipped. The control thread owns it.
class SinkRunner {
 public:
  struct Status {
    std::string name, state, receives;
    uint64_t delivered = 0;  ///< events the sink has taken
    uint64_t refused = 0;    ///< events it will never take
    uint64_t skipped = 0;    ///< offsets that left the log unread
    uint64_t retries = 0;    ///< times it said "not now"
    uint64_t lag = 0;        ///< offsets still to look at
    std::string last_error;
    PluginReport plugin;  ///< without counters, which its thread owns
  };

  /// The references outlive it. `receives` is what the log holds, for people.
  SinkRunner(SinkPlugin sink, PatternSet match, const Log& log, std::string receives, LogSignal& signal,
             Logger& logger);
  ~SinkRunner();
  SinkRunner(const SinkRunner&) = delete;
  SinkRunner& operator=(const SinkRunner&) = delete;

  [[nodiscard]] const std::string& name() const { return sink_.instance().name(); }
  /// [control] Begins with the event at offset `from`.
  void start(uint64_t from);
  /// [control] Hands over what is in the log, for at most `patience`, and ends. Returns the offset it would
  /// go on with.
  uint64_t stop(std::chrono::milliseconds patience);
  /// [any-thread]
  [[nodiscard]] Status status() const;

 private:
  using Time = std::chrono::steady_clock::time_point;

  void run();
  [[nodiscard]] uint64_t read_log(uint64_t from, uint64_t to, std::vector<LogReader::Hole>& holes);
  /// Reads on; false when there is nothing.
  bool read();
  void deliver();
  /// Waits after "not now"; false when it is time to give up.
  bool pause(const std::string& why);
  void flush();
  void wait();
  [[nodiscard]] bool out_of_time() const;
  void set_state(std::string state);

  SinkPlugin sink_;
  const PatternSet match_;
  const Log& log_;
  LogSignal& signal_;
  Logger& logger_;
  std::vector<EventRef> pending_;  // matching events that the sink has not taken, from at_
  size_t at_ = 0;
  bool flushed_ = true;
  uint64_t seen_ = 0;  // of LogSignal::raised
  std::chrono::milliseconds pause_{0};
  std::atomic<uint64_t> next_{1};    // the offset to read next
  std::atomic<int64_t> give_up_{0};  // when, in ticks of the steady clock; 0: not stopping
  mutable std::mutex mutex_;         // guards status_
  Status status_;
  std::thread thread_;
};

}  // namespace relay
