#include "codec/utf8_stream.h"

#include <cstddef>

#include "base/utf8.h"

namespace relay {

bool Utf8Stream::feed(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (missing_ == 0) {
      at += valid_utf8_prefix(text.substr(at));
      if (at == text.size()) break;
    }
    if (!step(static_cast<unsigned char>(text[at]))) return false;
  }
  return true;
}

bool Utf8Stream::step(unsigned char byte) {
  if (missing_ > 0) {
    const bool fits = byte >= low_ && byte <= high_;
    low_ = 0x80;
    high_ = 0xBF;
    --missing_;
    return fits;
  }
  if (byte < 0x80) return true;
  if (byte < 0xC2 || byte > 0xF4) return false;
  missing_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  // Overlong forms, surrogates and what lies above U+10FFFF show in the second byte.
  low_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
  high_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
  return true;
}

}  // namespace relay
