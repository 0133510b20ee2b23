#include "cli/output/ack_format.h"

#include <algorithm>

#include "cli/output/human.h"

namespace relay {
namespace {

std::string offsets(const Ack& ack) {
  if (ack.first_offset == 0) return "no offset (dropped by a filter)";
  if (ack.first_offset == ack.last_offset) return "offset " + std::to_string(ack.first_offset);
  return "offsets " + std::to_string(ack.first_offset) + "-" + std::to_string(ack.last_offset);
}

}  // namespace

std::string format_ack(const Ack& ack, OutputFormat format) {
  const std::string first = std::to_string(ack.first_offset);
  const std::string last = std::to_string(ack.last_offset);
  const std::string latency = std::to_string(ack.latency_us);
  switch (format) {
    case OutputFormat::json:
    case OutputFormat::jsonl:
      return R"({"first_offset":)" + first + R"(,"last_offset":)" + last + R"(,"latency_us":)" + latency +
             "}";
    case OutputFormat::logfmt:
      return "first_offset=" + first + " last_offset=" + last + " latency_us=" + latency;
    case OutputFormat::text:
      break;
  }
  return offsets(ack) + "  " + human_us(static_cast<double>(ack.latency_us));
}

std::string format_ack_summary(const Histogram& latencies_us, int64_t elapsed_us) {
  const auto count = static_cast<double>(latencies_us.count());
  const double seconds = static_cast<double>(std::max<int64_t>(elapsed_us, 1)) / 1e6;
  const auto at = [&latencies_us](double percent) {
    return human_us(static_cast<double>(latencies_us.percentile(percent)));
  };
  return human_count(count) + (latencies_us.count() == 1 ? " answer in " : " answers in ") +
         human_us(seconds * 1e6) + " (" + human_count(count / seconds) + "/s), latency p50 " + at(50) +
         ", p99 " + at(99) + ", max " + human_us(static_cast<double>(latencies_us.max()));
}

}  // namespace relay
