#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/client/client_loop.h"

namespace relay {

/// Lines of a descriptor, read as they come. Bounded: it stops reading, and the writer waits, while more than
/// kAheadBytes are unread; a line is at most kMaxLine bytes. [owner of the loop]
class LineInput {
 public:
  static constexpr size_t kAheadBytes = 1u << 20;
  static constexpr size_t kMaxLine = 16u << 20;

  /// `arrived` is called when there may be lines, and at the end. The descriptor stays the caller's.
  LineInput(ClientLoop& loop, int fd, std::function<void()> arrived);

  /// The next line that is not blank, without its line break; nothing when none has arrived yet or at the
  /// end.
  [[nodiscard]] std::optional<std::string> next();
  /// Number of the line `next` returned last, from 1.
  [[nodiscard]] uint64_t line_number() const { return line_number_; }
  /// Everything was read and returned.
  [[nodiscard]] bool at_end() const { return ended_ && at_ == buffer_.size(); }
  /// The input ended because a line is longer than kMaxLine.
  [[nodiscard]] bool line_too_long() const { return line_too_long_; }

 private:
  bool read_some();

  int fd_;
  std::function<void()> arrived_;
  std::string buffer_;
  size_t at_ = 0;
  uint64_t line_number_ = 0;
  bool ended_ = false;
  bool line_too_long_ = false;
  std::unique_ptr<ReadableWatch> watch_;
};

}  // namespace relay
