#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/wire.h"

namespace relay::test {

/// A socket in memory that takes at most `accepts` bytes at a time and keeps the rest of a write until
/// `take_more`. Notes every breach of the Wire's contract in `breach`.
class MemoryWire final : public Wire {
 public:
  explicit MemoryWire(size_t takes = SIZE_MAX) : accepts(takes) {}

  [[nodiscard]] bool write(std::span<const std::string_view> pieces) override {
    std::string bytes;
    for (const std::string_view piece : pieces) bytes += piece;
    if (blocked()) note("written to while blocked");
    if (finished) note("written to after finish_writing");
    if (dead) return false;
    ++writes;
    const size_t taken = std::min(accepts, bytes.size());
    sent.append(bytes, 0, taken);
    held_.assign(bytes, taken);
    return true;
  }
  [[nodiscard]] bool blocked() const override { return !held_.empty(); }
  void pause_reading(bool on) override { paused = on; }
  void limit_unacknowledged(int64_t milliseconds) override { unacknowledged_ms = milliseconds; }
  void finish_writing() override {
    if (blocked()) note("finished before the rest was written");
    finished = true;
  }
  void kill() override { killed = true; }

  /// The socket takes more of what it holds. True when that is all gone: the connection is writable again.
  bool take_more() {
    if (!blocked()) return false;
    const size_t taken = std::min(accepts, held_.size());
    sent.append(held_, 0, taken);
    held_.erase(0, taken);
    return held_.empty();
  }

  size_t accepts;
  std::string sent;
  size_t writes = 0;
  int64_t unacknowledged_ms = 0;
  bool dead = false;
  bool paused = false;
  bool finished = false;
  bool killed = false;
  std::string breach;

 private:
  void note(std::string_view what) {
    if (breach.empty()) breach = what;
  }

  std::string held_;
};

}  // namespace relay::test
