#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace relay {

/// The head of a server's HTTP answer, and what it says about the body.
class HttpAnswerHead {
 public:
  enum class Outcome { whole, more, broken };

  /// Takes bytes off the front of `bytes` until the head is whole. `broken`: it is not HTTP, or too large.
  [[nodiscard]] Outcome feed(std::string_view& bytes);
  [[nodiscard]] int status() const { return status_; }
  /// "403 Forbidden"
  [[nodiscard]] std::string status_line() const;
  /// The value of a header, its name in any letter case; "" when it is absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;

 private:
  std::string text_;
  int status_ = 0;
};

/// The body that follows a head: by Content-Length, chunked, or until the connection ends.
class HttpAnswerBody {
 public:
  HttpAnswerBody() = default;
  explicit HttpAnswerBody(const HttpAnswerHead& head);

  /// The next piece of the body, off the front of `bytes`; "" when they are used up or the body is done.
  [[nodiscard]] std::string_view next(std::string_view& bytes);
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  [[nodiscard]] bool read_chunk_line(std::string_view& bytes);

  std::optional<uint64_t> left_;  // of the body or the chunk; none: until the end
  std::string line_;              // the line before a chunk, as far as it came
  bool chunked_ = false;
  bool last_chunk_ = false;
  bool done_ = false;
  bool broken_ = false;
};

}  // namespace relay
