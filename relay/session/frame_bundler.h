#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "session/frame_cache.h"

namespace relay {

/// Puts frames of events together into bundles: a session then queues, counts and writes one frame where
/// there were many. Lives for one run.
class FrameBundler {
 public:
  /// At most `max_events` a bundle. Appends to `out`, which it empties first.
  FrameBundler(size_t max_events, size_t& meter, std::vector<RunFrame>& out)
      : max_events_(max_events), meter_(meter), out_(out) {
    out_.clear();
  }

  /// What is added from here on must not share a bundle with what differs in either.
  void begin(Priority lane, bool is_volatile) {
    if (std::exchange(lane_, lane) != lane || volatile_ != is_volatile) finish();
    volatile_ = is_volatile;
  }
  void add(FrameRef frame, Priority priority) {
    const size_t bytes = frame->bytes().size();
    if (waiting_.size() >= max_events_ || (!waiting_.empty() && bytes_ + bytes > kMaxBytes)) finish();
    bytes_ += bytes;
    priority_ = waiting_.empty() ? priority : std::min(priority_, priority);
    waiting_.push_back(std::move(frame));
  }
  /// Ends the bundle that is open; the next frame begins another.
  void finish() {
    if (waiting_.empty()) return;
    out_.push_back({waiting_.size() == 1 ? waiting_.front() : join(), priority_, volatile_});
    waiting_.clear();
    bytes_ = 0;
  }

 private:
  /// A bundle is written, and dropped, as a whole: not more than a small part of what may wait for a client.
  static constexpr size_t kMaxBytes = 64 * 1024;

  [[nodiscard]] FrameRef join() const {
    std::string bytes;
    bytes.reserve(bytes_);
    std::vector<uint64_t> offsets;
    offsets.reserve(waiting_.size());
    for (const FrameRef& frame : waiting_) {
      bytes += frame->bytes();
      offsets.push_back(frame->offset());
    }
    return Frame::bundle(std::move(bytes), std::move(offsets), &meter_);
  }

  const size_t max_events_;
  size_t& meter_;
  std::vector<RunFrame>& out_;
  std::vector<FrameRef> waiting_;
  size_t bytes_ = 0;
  Priority priority_ = Priority::normal;
  Priority lane_ = Priority::normal;  // of the bundles, where they keep to one
  bool volatile_ = false;
};

}  // namespace relay
