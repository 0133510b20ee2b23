#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// Cuts a stream of bytes into lines. What follows the last line break waits for the rest; blank lines, the
/// CR before a line break and a byte order mark at the very start are left out. Holds at most one line of the
/// longest length allowed, and what was read with it: the bytes of a longer line are dropped as they come.
class LineBuffer {
 public:
  struct Line {
    std::string_view text;  ///< without its line break; valid until the buffer is used again
    uint64_t offset = 0;    ///< of its first byte in the stream
    uint64_t end = 0;       ///< of the byte after its line break
  };
  enum class Take {
    none,  ///< no complete line
    line,
    too_long,  ///< a line over the limit ended; `Line` says where, its text is gone
  };

  explicit LineBuffer(uint64_t max_line) : max_line_(max_line) {}

  /// Where to put up to `size` more bytes of the stream; commit() says how many there were.
  [[nodiscard]] char* prepare(size_t size);
  void commit(size_t size);

  [[nodiscard]] Take take(Line& line);
  /// The stream has ended: what is left is a line, too.
  [[nodiscard]] Take take_last(Line& line);

  /// Forgets everything; the next byte is the one at `position`. With `in_long_line` the rest of that line is
  /// dropped as too long.
  void reset(uint64_t position, bool in_long_line = false);
  /// Gives back the memory: the next byte is again the first one not taken.
  void release();

  /// Offset of the first byte not taken or dropped yet.
  [[nodiscard]] uint64_t position() const { return position_; }
  /// Bytes waiting from there on.
  [[nodiscard]] size_t waiting() const { return end_ - begin_; }

 private:
  [[nodiscard]] Take cut(size_t length, size_t line_break, Line& line);
  void drop_long_line();

  const uint64_t max_line_;
  std::string bytes_;  // [begin_, end_) is the stream from position_ on
  size_t begin_ = 0;
  size_t scanned_ = 0;  // no line break between begin_ and here
  size_t end_ = 0;
  uint64_t position_ = 0;
  uint64_t long_line_at_ = 0;
  bool in_long_line_ = false;
};

}  // namespace relay
