#include "cli/bench/http_answer.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace relay {
namespace {

constexpr size_t kMaxHead = 16384;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

HttpAnswerHead::Outcome HttpAnswerHead::feed(std::string_view& bytes) {
  const size_t before = text_.size();
  text_ += bytes;
  const size_t end = text_.find(kHeadEnd);
  const bool http = text_.starts_with(std::string_view("HTTP/1.").substr(0, text_.size()));
  if (!http || (end == std::string::npos && text_.size() > kMaxHead)) return Outcome::broken;
  if (end == std::string::npos) {
    bytes = {};
    return Outcome::more;
  }
  text_.resize(end + kHeadEnd.size());
  bytes.remove_prefix(text_.size() - before);
  const size_t space = std::min(text_.find(' '), text_.size());
  std::from_chars(text_.data() + space + 1, text_.data() + text_.size(), status_);
  return status_ == 0 ? Outcome::broken : Outcome::whole;
}

std::string HttpAnswerHead::status_line() const {
  const size_t space = text_.find(' ');
  return std::string(trimmed(std::string_view(text_).substr(space + 1, text_.find("\r\n") - space - 1)));
}

std::string_view HttpAnswerHead::header(std::string_view name) const {
  std::string_view rest = text_;
  for (size_t end = rest.find("\r\n"); end != std::string_view::npos; end = rest.find("\r\n")) {
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && same_name(line.substr(0, colon), name))
      return trimmed(line.substr(colon + 1));
  }
  return {};
}

HttpAnswerBody::HttpAnswerBody(const HttpAnswerHead& head) {
  chunked_ = same_name(head.header("Transfer-Encoding"), "chunked");
  if (chunked_) {
    left_ = 0;
    return;
  }
  const std::string_view length = head.header("Content-Length");
  if (length.empty() && head.status() != 204) return;
  left_ = 0;
  std::from_chars(length.data(), length.data() + length.size(), *left_);
  done_ = left_ == 0;
}

// A chunk's size, the line break after a chunk, or the trailer. False while the line is not whole.
bool HttpAnswerBody::read_chunk_line(std::string_view& bytes) {
  constexpr size_t kMaxLine = 1024;
  const size_t end = bytes.find('\n');
  line_ += bytes.substr(0, end);
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  if (line_.size() > kMaxLine) broken_ = true;
  if (end == std::string_view::npos || broken_) return false;
  const std::string line(trimmed(line_));
  line_.clear();
  if (line.empty()) {
    done_ = last_chunk_;
    return true;
  }
  if (last_chunk_) return true;
  uint64_t size = 0;
  broken_ = std::from_chars(line.data(), line.data() + line.size(), size, 16).ec != std::errc{};
  last_chunk_ = size == 0;
  left_ = size;
  return true;
}

std::string_view HttpAnswerBody::next(std::string_view& bytes) {
  while (chunked_ && !done_ && !broken_ && left_ == 0) {
    if (bytes.empty() || !read_chunk_line(bytes)) return {};
  }
  if (done_ || broken_) return {};
  const size_t size = left_ ? static_cast<size_t>(std::min<uint64_t>(*left_, bytes.size())) : bytes.size();
  const std::string_view piece = bytes.substr(0, size);
  bytes.remove_prefix(size);
  if (left_) *left_ -= size;
  done_ = !chunked_ && left_ == 0;
  return piece;
}

}  // namespace relay
