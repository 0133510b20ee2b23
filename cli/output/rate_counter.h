#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/global_options.h"

namespace relay {

/// Events per type since the last report, for `tail --rate`. Bounded: types beyond kMaxTypes count as
/// "(other)".
class RateCounter {
 public:
  static constexpr size_t kMaxTypes = 1000;

  void add(std::string_view type);
  /// One line per type, most frequent first, or for json and jsonl one object. Starts the next interval.
  /// Empty when nothing came.
  [[nodiscard]] std::vector<std::string> report(OutputFormat format, int64_t wall_us);

 private:
  std::map<std::string, uint64_t, std::less<>> counts_;
};

}  // namespace relay
