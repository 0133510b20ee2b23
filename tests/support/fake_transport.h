#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "session/transport.h"

namespace relay::test {

/// Notes what a session asks of its connection.
class FakeTransport final : public Transport {
 public:
  void flush_soon() override { ++flushes; }
  void flush_in_turn() override { ++patient_flushes; }
  [[nodiscard]] bool writable() const override { return !blocked; }
  void close(uint16_t code, std::string_view reason) override {
    if (closed()) return;
    close_code = code;
    close_reason = reason;
  }
  void pause_reading(bool on) override { paused = on; }
  void ping() override { ++pings; }

  [[nodiscard]] bool closed() const { return close_code != 0; }

  int flushes = 0;          ///< asked for at the end of the iteration
  int patient_flushes = 0;  ///< asked for with the shard's next flush
  int pings = 0;
  bool paused = false;
  bool blocked = false;  ///< the client takes nothing
  uint16_t close_code = 0;
  std::string close_reason;
};

}  // namespace relay::test
