#pragma once

#include <string_view>

namespace relay {

/// Checks UTF-8 that comes in pieces cut anywhere, and fails at the first byte that cannot continue it.
class Utf8Stream {
 public:
  /// False once `text` cannot belong to well-formed UTF-8.
  [[nodiscard]] bool feed(std::string_view text);
  /// True when the text so far does not end inside a character.
  [[nodiscard]] bool complete() const { return missing_ == 0; }

 private:
  bool step(unsigned char byte);

  unsigned char missing_ = 0;  // bytes the character begun still needs
  unsigned char low_ = 0x80;   // bounds of the next one
  unsigned char high_ = 0xBF;
};

}  // namespace relay
