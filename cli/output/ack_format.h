#pragma once

#include <cstdint>
#include <string>

#include "base/histogram.h"
#include "cli/global_options.h"

namespace relay {

/// The relay's answer to one publish request. Offsets are 0 when a filter dropped the event.
struct Ack {
  uint64_t first_offset = 0;
  uint64_t last_offset = 0;
  int64_t latency_us = 0;
};

/// One line: "offset 17  0.8 ms" or its JSON or logfmt form.
[[nodiscard]] std::string format_ack(const Ack& ack, OutputFormat format);

/// "100 answers in 1.2 s (83/s), latency p50 0.8 ms, p99 1.2 ms, max 3.0 ms".
[[nodiscard]] std::string format_ack_summary(const Histogram& latencies_us, int64_t elapsed_us);

}  // namespace relay
