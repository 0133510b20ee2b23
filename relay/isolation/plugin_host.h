#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "isolation/bytes.h"
#include "isolation/call.h"
#include "plugin/event_batch.h"
#include "plugin/host_services.h"
#include "plugin/instance.h"

namespace relay {

/// The other end of a PluginProcess: loads one plugin and carries out what the relay asks for, one call after
/// the other, on the main thread of its process.
class PluginHost {
 public:
  /// `name` is the plugin's.
  explicit PluginHost(std::string name);

  /// Until the relay says `end`, or goes away. The exit code.
  [[nodiscard]] int serve();

 private:
  /// Says it to the relay; safe from any thread, and never waits.
  class News final : public Logger, public HostServices {
   public:
    void write(LogLevel level, std::string_view component, std::string_view text) override;
    [[nodiscard]] bool publish(const EventFields& fields) override;

   private:
    std::atomic<uint64_t> lost_{0};  // lines
  };

  /// The relay's time, carried on from the last call.
  class RelayClock final : public Clock {
   public:
    void set(int64_t wall_us);
    [[nodiscard]] int64_t wall_us() const override { return monotonic_us() + ahead_us_; }
    [[nodiscard]] int64_t monotonic_us() const override { return system_.monotonic_us(); }

   private:
    SystemClock system_;
    std::atomic<int64_t> ahead_us_{0};
  };

  /// Each writes the content of the answer and returns its code.
  [[nodiscard]] int32_t load(ByteReader content, ByteWriter& answer);
  [[nodiscard]] int32_t process(ByteReader content, ByteWriter& answer);
  [[nodiscard]] int32_t tick(ByteReader content, ByteWriter& answer);
  [[nodiscard]] int32_t render(ByteReader content, ByteWriter& answer);
  [[nodiscard]] int32_t save(ByteWriter& answer);
  [[nodiscard]] int32_t load_state(std::string_view saved, ByteWriter& answer);
  [[nodiscard]] int32_t carry_out(const Call& call, ByteWriter& answer);
  [[nodiscard]] int32_t hand_over(uint64_t errors_before, ByteWriter& answer) const;

  const std::string name_;
  News news_;
  RelayClock clock_;
  size_t half_ = 0;
  char* memory_ = nullptr;
  std::unique_ptr<PluginInstance> instance_;
  std::unique_ptr<EventBatch> batch_;
};

}  // namespace relay
