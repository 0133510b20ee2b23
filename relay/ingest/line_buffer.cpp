#include "ingest/line_buffer.h"

#include <algorithm>
#include <cstring>

namespace relay {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

char* LineBuffer::prepare(size_t size) {
  if (begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, waiting());
    scanned_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (bytes_.size() < end_ + size) bytes_.resize(std::max(end_ + size, bytes_.size() * 2));
  return bytes_.data() + end_;
}

void LineBuffer::commit(size_t size) { end_ += size; }

LineBuffer::Take LineBuffer::take(Line& line) {
  while (scanned_ < end_) {
    const void* found = std::memchr(bytes_.data() + scanned_, '\n', end_ - scanned_);
    if (found == nullptr) break;
    const size_t at = static_cast<size_t>(static_cast<const char*>(found) - bytes_.data());
    if (const Take taken = cut(at - begin_, 1, line); taken != Take::none) return taken;
  }
  scanned_ = end_;
  if (in_long_line_ || waiting() > max_line_) drop_long_line();
  return Take::none;
}

LineBuffer::Take LineBuffer::take_last(Line& line) {
  return waiting() > 0 || in_long_line_ ? cut(waiting(), 0, line) : Take::none;
}

LineBuffer::Take LineBuffer::cut(size_t length, size_t line_break, Line& line) {
  std::string_view text(bytes_.data() + begin_, length);
  line.offset = in_long_line_ ? long_line_at_ : position_;
  begin_ += length + line_break;
  scanned_ = begin_;
  position_ += length + line_break;
  line.end = position_;
  line.text = {};
  if (in_long_line_ || length > max_line_) {
    in_long_line_ = false;
    return Take::too_long;
  }
  if (line.offset == 0 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (is_blank(text)) return Take::none;
  if (text.ends_with('\r')) text.remove_suffix(1);
  line.text = text;
  return Take::line;
}

void LineBuffer::drop_long_line() {
  if (!in_long_line_) long_line_at_ = position_;
  in_long_line_ = true;
  position_ += waiting();
  begin_ = scanned_ = end_ = 0;
}

void LineBuffer::reset(uint64_t position, bool in_long_line) {
  begin_ = scanned_ = end_ = 0;
  position_ = position;
  long_line_at_ = position;
  in_long_line_ = in_long_line;
}

void LineBuffer::release() {
  begin_ = scanned_ = end_ = 0;
  std::string().swap(bytes_);
}

}  // namespace relay
