#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace relay {

/// Puts numbers and texts behind each other into memory of a fixed size. What does not fit is left out, and
/// `complete` says so. Numbers are in this machine's order: both sides run on it.
class ByteWriter {
 public:
  explicit ByteWriter(std::span<char> out) : out_(out) {}

  template <class Number>
  requires std::is_arithmetic_v<Number>
  void number(Number value) {
    if (char* at = take(sizeof value)) std::memcpy(at, &value, sizeof value);
  }
  void bytes(std::string_view bytes) {
    if (bytes.empty()) return;
    if (char* at = take(bytes.size())) std::memcpy(at, bytes.data(), bytes.size());
  }
  /// Its length, then the text.
  void text(std::string_view text) {
    number(static_cast<uint32_t>(text.size()));
    bytes(text);
  }
  /// Puts `value` in the place of a number of its size that was written at `at`.
  template <class Number>
  void patch(size_t at, Number value) {
    if (at + sizeof value <= used_) std::memcpy(out_.data() + at, &value, sizeof value);
  }

  [[nodiscard]] size_t size() const { return used_; }
  [[nodiscard]] bool complete() const { return complete_; }
  /// Forgets what came after `size`, which was this writer's once.
  void rewind(size_t size) {
    used_ = size;
    complete_ = true;
  }

 private:
  char* take(size_t count) {
    complete_ = complete_ && count <= out_.size() - used_;
    if (!complete_) return nullptr;
    char* at = out_.data() + used_;
    used_ += count;
    return at;
  }

  std::span<char> out_;
  size_t used_ = 0;
  bool complete_ = true;
};

/// Reads what a ByteWriter wrote, or somebody who pretends to be one: beyond the end everything is 0 and
/// empty, and `ok` says so.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  template <class Number>
  requires std::is_arithmetic_v<Number> Number number() {
    Number value{};
    const std::string_view bytes = take(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  /// Borrows.
  std::string_view bytes(size_t count) { return take(count); }
  std::string_view text() { return take(number<uint32_t>()); }

  [[nodiscard]] bool ok() const { return ok_; }
  /// Whether all of it has been read, and nothing beyond.
  [[nodiscard]] bool at_end() const { return ok_ && in_.empty(); }

 private:
  std::string_view take(size_t count) {
    ok_ = ok_ && count <= in_.size();
    if (!ok_) return {};
    const std::string_view taken = in_.substr(0, count);
    in_.remove_prefix(count);
    return taken;
  }

  std::string_view in_;
  bool ok_ = true;
};

}  // namespace relay
