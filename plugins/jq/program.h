#pragma once

extern "C" {
#include <jq.h>
}

#include <string>
#include <string_view>
#include <utility>

namespace plugins {

/// A value of libjq's, whose functions consume their arguments: `give` hands over, `share` another reference.
class Value {
 public:
  explicit Value(jv value) : value_(value) {}
  Value(Value&& other) noexcept : value_(std::exchange(other.value_, jv_invalid())) {}
  Value& operator=(Value&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Value() { jv_free(value_); }

  [[nodiscard]] static Value parse(std::string_view json) {
    return Value(jv_parse_sized(json.data(), static_cast<int>(json.size())));
  }

  [[nodiscard]] jv share() const { return jv_copy(value_); }
  [[nodiscard]] jv give() { return std::exchange(value_, jv_invalid()); }
  [[nodiscard]] bool is(jv_kind kind) const { return jv_get_kind(value_) == kind; }
  /// Of an object; invalid when it has no such member.
  [[nodiscard]] Value member(const char* name) const {
    return Value(jv_object_get(share(), jv_string(name)));
  }
  /// Of a string.
  [[nodiscard]] std::string text() const {
    const char* bytes = jv_string_value(value_);
    return {bytes, static_cast<size_t>(jv_string_length_bytes(share()))};
  }
  [[nodiscard]] std::string json() const { return Value(jv_dump_string(share(), 0)).text(); }
  [[nodiscard]] bool equals(const Value& other) const { return jv_equal(share(), other.share()) != 0; }

 private:
  jv value_;
};

/// A compiled jq program. One thread at a time.
class Program {
 public:
  /// Throws std::invalid_argument with jq's own words.
  explicit Program(const std::string& text);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void start(Value input);
  /// The next output; invalid after the last one. Throws std::runtime_error for an error of the program.
  [[nodiscard]] Value next();

 private:
  jq_state* state_;
};

}  // namespace plugins
