#include "cli/output/rate_counter.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/clock.h"
#include "base/printable.h"
#include "cli/output/logfmt.h"
#include "cli/output/text_width.h"

namespace relay {
namespace {

using Counts = std::vector<std::pair<std::string, uint64_t>>;

std::string object(const Counts& counts, const std::string& time) {
  nlohmann::ordered_json json{{"time", time}, {"types", nlohmann::ordered_json::object()}};
  for (const auto& [type, count] : counts) json["types"][type] = count;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string row(OutputFormat format, const std::string& type, uint64_t count, const std::string& time) {
  const std::string number = std::to_string(count);
  std::string line;
  if (format == OutputFormat::logfmt) {
    append_logfmt(line, "time", time);
    append_logfmt(line, "type", type);
    append_logfmt(line, "per_s", number);
    return line;
  }
  line = time + "  " + std::string(number.size() < 7 ? 7 - number.size() : 0, ' ') + number;
  return line + "/s  " + printable(type);
}

}  // namespace

void RateCounter::add(std::string_view type) {
  const auto found = counts_.find(type);
  if (found != counts_.end())
    ++found->second;
  else
    ++counts_[counts_.size() < kMaxTypes ? std::string(type) : "(other)"];
}

std::vector<std::string> RateCounter::report(OutputFormat format, int64_t wall_us) {
  Counts counts(counts_.begin(), counts_.end());
  counts_.clear();
  if (counts.empty()) return {};
  std::stable_sort(counts.begin(), counts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  const std::string time = format_rfc3339(wall_us / 1'000'000 * 1'000'000);
  if (format == OutputFormat::json || format == OutputFormat::jsonl) return {object(counts, time)};
  std::vector<std::string> lines;
  for (const auto& [type, count] : counts) lines.push_back(row(format, type, count, time));
  return lines;
}

}  // namespace relay
