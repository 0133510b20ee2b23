#include "cli/output/progress_bar.h"

#include <algorithm>

namespace relay {

std::string progress_bar(const std::string& what, uint64_t done, uint64_t total, const std::string& detail) {
  constexpr size_t kColumns = 20;
  if (total == 0) return what + "  " + detail;
  const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto full = static_cast<size_t>(part * kColumns);
  return what + "  [" + std::string(full, '#') + std::string(kColumns - full, ' ') + "]  " +
         std::to_string(static_cast<int>(part * 100)) + "%  " + detail;
}

}  // namespace relay
