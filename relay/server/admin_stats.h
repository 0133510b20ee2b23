#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/relay_report.h"

namespace relay {

/// The Admin UI's `server_stats`: what happened second by second since the last of them. [admin desk]
class AdminStats {
 public:
  /// `name` is that of the Admin UI's namespace.
  explicit AdminStats(std::string name);

  /// Once a second. The first counts from nothing: what was before is nobody's second.
  void sample(const RelayReport& report, int64_t wall_us);
  /// Nobody looks: the next sample is the first again.
  void reset();
  /// The packet. What has been sampled is in it, and not in the next.
  [[nodiscard]] std::string take_packet(const RelayReport& report);

 private:
  struct Entry {
    int64_t timestamp_ms;
    std::string type;
    std::string sub_type;
    uint64_t count;
  };
  using Key = std::pair<std::string, std::string>;  // type and subType

  const std::string namespace_;
  bool has_last_ = false;
  std::map<Key, uint64_t> last_;
  std::vector<Entry> entries_;
};

}  // namespace relay
