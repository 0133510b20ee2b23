#include "cli/bench/open_schedule.h"

namespace relay {

uint64_t OpenSchedule::due_by(int64_t now_ns) const {
  if (now_ns < start_ns_) return 0;
  auto count = static_cast<uint64_t>(static_cast<double>(now_ns - start_ns_) / interval_ns_) + 1;
  while (count > 1 && due_ns(count - 1) > now_ns) --count;  // the division may have rounded up
  while (due_ns(count) <= now_ns) ++count;
  return count;
}

}  // namespace relay
