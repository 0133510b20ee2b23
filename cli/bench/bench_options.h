#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "cli/bench/bench_target.h"
#include "cli/bench/event_text.h"

namespace relay {

enum class BenchMode { fanout, publish, latency, connect };

/// What a run does; of the members each mode uses its own.
struct BenchOptions {
  BenchMode mode = BenchMode::fanout;
  BenchProtocol protocol = BenchProtocol::ws;
  BenchTarget::Paths paths;
  std::optional<uint64_t> clients;  ///< publishers or subscribers; always set
  std::optional<uint64_t> window;   ///< events that may be on their way
  std::optional<uint64_t> batch;    ///< events written together; half a window
  std::optional<uint64_t> check;    ///< subscribers that read everything
  std::optional<uint64_t> at_once;  ///< connections in their handshake
  std::optional<uint64_t> server_pid;
  double rate = 0;  ///< events a second; 0: as fast as the window allows
  size_t event_bytes = 300;
  std::shared_ptr<const EventLines> events;  ///< to publish, each once; null: made ones, until the end
  double duration_s = 5;
  double warmup_s = 1;
  double timeout_s = 5;
};

[[nodiscard]] const char* name_of(BenchMode mode);

}  // namespace relay
