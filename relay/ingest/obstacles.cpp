#include "ingest/obstacles.h"

#include <algorithm>

namespace relay {
namespace {

constexpr int64_t kFirstPauseUs = 1'000'000;
constexpr int64_t kLongestPauseUs = 60'000'000;
constexpr size_t kMaxPaths = 1024;

}  // namespace

void Obstacles::note(const std::string& path, const std::string& why) {
  board_.update([&](SourceStatus& status) { status.last_error = why; });
  const bool known = waiting_.contains(path);
  if (!known) logger_.warn("ingest", why);
  if (!known && waiting_.size() >= kMaxPaths) return;
  Wait& wait = waiting_[path];
  wait.pause_us = known ? std::min(wait.pause_us * 2, kLongestPauseUs) : kFirstPauseUs;
  wait.retry_at_us = clock_.monotonic_us() + wait.pause_us;
}

std::vector<std::string> Obstacles::due() const {
  const int64_t now_us = clock_.monotonic_us();
  std::vector<std::string> paths;
  for (const auto& [path, wait] : waiting_)
    if (wait.retry_at_us <= now_us) paths.push_back(path);
  return paths;
}

}  // namespace relay
