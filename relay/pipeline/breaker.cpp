#include "pipeline/breaker.h"

#include <utility>

namespace relay {
namespace {

constexpr int kUsualEnds = 5;

int64_t to_us(double seconds) { return static_cast<int64_t>(seconds * 1e6); }

}  // namespace

Breaker::Change Breaker::note(bool good, int64_t now_us) {
  if (good) {
    bad_ = 0;
    if (!open_) return Change::none;
    open_ = false;
    return Change::closed;
  }
  if (open_) {
    retry_at_us_ = now_us + to_us(config_.retry);
    return Change::none;
  }
  if (config_.failures == 0) return Change::none;
  if (bad_ == 0 || now_us - first_bad_us_ > to_us(config_.window)) {
    bad_ = 0;
    first_bad_us_ = now_us;
  }
  if (++bad_ < config_.failures) return Change::none;
  bad_ = 0;
  open_ = true;
  retry_at_us_ = now_us + to_us(config_.retry);
  return Change::opened;
}

Breaker::Change Breaker::note_end(int64_t now_us) {
  const auto enough = static_cast<size_t>(config_.failures == 0 ? kUsualEnds : config_.failures);
  ends_us_.push_back(now_us);
  while (now_us - ends_us_.front() > to_us(config_.window)) ends_us_.pop_front();
  if (!open_ && ends_us_.size() < enough) return Change::none;
  ends_us_.clear();
  retry_at_us_ = now_us + to_us(config_.retry);
  return std::exchange(open_, true) ? Change::none : Change::opened;
}

}  // namespace relay
