#pragma once

#include <cstdint>
#include <string>

namespace relay {

/// One line on a terminal's stderr that says what a run is doing; nothing elsewhere. Gone at the end.
class BenchProgress {
 public:
  explicit BenchProgress(bool wanted);
  ~BenchProgress() { clear(); }
  BenchProgress(const BenchProgress&) = delete;
  BenchProgress& operator=(const BenchProgress&) = delete;

  /// Whether the line is old enough to be written anew.
  [[nodiscard]] bool due(int64_t now_ns) const { return wanted_ && now_ns >= next_ns_; }
  void show(int64_t now_ns, const std::string& text);
  void clear();

 private:
  const bool wanted_;
  int64_t next_ns_ = 0;
  bool shown_ = false;
};

}  // namespace relay
