#include "event/json_check.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include <seneca/json_scan.hpp>
#include <seneca/json_text.hpp>

#include "event/json_outline.h"

namespace relay {
namespace {

using seneca::detail::is_json_digit;
using seneca::detail::is_json_space;

// Decimal exponents beyond this are all alike: a double ends near 1e308.
constexpr int64_t kHugeExponent = 1000000;

// One pass over one text. Methods leave `at_` behind what they accepted, or at the fault.
class Checker {
 public:
  Checker(std::string_view text, const JsonLimits& limits, JsonTolerance tolerance, JsonOutline* outline)
      : begin_(text.data()),
        at_(begin_),
        end_(begin_ + text.size()),
        limits_(limits),
        tolerance_(tolerance),
        outline_(outline) {
    if (outline_ != nullptr) outline_->clear();
  }

  JsonFault run() {
    if (std::string_view(at_, rest()).substr(0, 3) == "\xEF\xBB\xBF") return JsonFault::bom;
    skip_space();
    if (at_ == end_) return JsonFault::empty;
    if (*at_ != '{') outline_ = nullptr;
    if (!value(1)) return fault_;
    skip_space();
    return at_ == end_ ? JsonFault::none : JsonFault::trailing_bytes;
  }
  [[nodiscard]] size_t position() const { return static_cast<size_t>(at_ - begin_); }

 private:
  [[nodiscard]] size_t rest() const { return static_cast<size_t>(end_ - at_); }

  void skip_space() {
    while (at_ != end_ && is_json_space(*at_)) ++at_;
  }
  bool refuse(JsonFault fault) {
    fault_ = fault;
    return false;
  }
  bool refuse_here() { return refuse(at_ == end_ ? JsonFault::truncated : JsonFault::syntax); }

  bool take(char expected) {
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }

  bool value(int depth) {
    if (at_ == end_) return refuse(JsonFault::truncated);
    switch (*at_) {
      case '"':
        return string();
      case '{':
        return depth <= limits_.max_depth ? object(depth) : refuse(JsonFault::too_deep);
      case '[':
        return depth <= limits_.max_depth ? array(depth) : refuse(JsonFault::too_deep);
      case 't':
        return word("true", JsonFault::none);
      case 'f':
        return word("false", JsonFault::none);
      case 'n':
        return word("null", JsonFault::none);
      case 'N':
        return word("NaN", JsonFault::not_finite);
      case 'I':
        return word("Infinity", JsonFault::not_finite);
      default:
        return number();
    }
  }

  bool word(std::string_view expected, JsonFault meaning) {
    if (std::string_view(at_, rest()).substr(0, expected.size()) != expected)
      return refuse(rest() < expected.size() ? JsonFault::truncated : JsonFault::syntax);
    if (meaning != JsonFault::none) return refuse(meaning);
    at_ += expected.size();
    return true;
  }

  bool object(int depth) {
    JsonOutline* const outline = std::exchange(outline_, nullptr);
    if (outline != nullptr) outline->begin(at_);
    ++at_;
    skip_space();
    if (take('}')) return true;
    for (size_t members = 1;; ++members) {
      if (members > limits_.max_members) return refuse(JsonFault::too_many_members);
      if (at_ == end_ || *at_ != '"') return refuse_here();
      const char* const key = at_;
      if (!string()) return false;
      const auto key_bytes = static_cast<size_t>(at_ - key) - 2;
      if (key_bytes > limits_.max_key) return refuse(JsonFault::key_too_long);
      skip_space();
      if (!take(':')) return refuse_here();
      skip_space();
      const std::string_view name(key + 1, key_bytes);
      const char* const begin = at_;
      if (outline != nullptr && at_ != end_ && *at_ == '{') outline_ = outline->inside(name);
      if (!value(depth + 1)) return false;
      if (outline != nullptr)
        outline->add({name, seneca::JsonView({begin, static_cast<size_t>(at_ - begin)})});
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return refuse_here();
      skip_space();
    }
  }

  bool array(int depth) {
    ++at_;
    skip_space();
    if (take(']')) return true;
    while (true) {
      if (!value(depth + 1)) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return refuse_here();
      skip_space();
    }
  }

  // The high bit of each of eight bytes that is quote, backslash, control or beyond ASCII. Each subtraction
  // sets it in the bytes it looks for; where a byte already had it the byte is marked anyway, so nothing is
  // masked.
  static uint64_t special_marks(const char* at) {
    namespace detail = seneca::detail;
    const uint64_t bytes = detail::load_word(at);
    const uint64_t control = bytes - 0x20 * detail::kEveryByte;
    const uint64_t quote = (bytes ^ '"' * detail::kEveryByte) - detail::kEveryByte;
    const uint64_t backslash = (bytes ^ '\\' * detail::kEveryByte) - detail::kEveryByte;
    return (bytes | control | quote | backslash) & detail::kHighBits;
  }

  // Over bytes that need no look: neither quote nor backslash, control or beyond ASCII.
  void skip_plain() {
    while (end_ - at_ >= 8) {
      const uint64_t special = special_marks(at_);
      if (special == 0) {
        at_ += 8;
        continue;
      }
      // The lowest mark is exact, those above it may be borrows; it is the first byte on little-endian
      // machines.
      if constexpr (std::endian::native == std::endian::little) at_ += std::countr_zero(special) / 8;
      return;
    }
  }

  bool string() {
    ++at_;
    while (true) {
      skip_plain();
      if (at_ == end_) return refuse(JsonFault::truncated);
      const auto byte = static_cast<unsigned char>(*at_);
      if (byte == '"') {
        ++at_;
        return true;
      }
      if (byte == '\\') {
        if (!escape()) return false;
      } else if (byte < 0x20) {
        return refuse(JsonFault::control_in_string);
      } else if (const size_t length = seneca::detail::utf8_length(at_, end_); length != 0) {
        at_ += length;
      } else {
        return refuse(JsonFault::bad_utf8);
      }
    }
  }

  bool escape() {
    if (rest() < 2) return refuse(JsonFault::truncated);
    if (at_[1] != 'u') {
      if (std::string_view("\"\\/bfnrt").find(at_[1]) == std::string_view::npos)
        return refuse(JsonFault::syntax);
      at_ += 2;
      return true;
    }
    const int32_t unit = seneca::detail::code_unit(std::string_view(at_, rest()), 0);
    if (unit < 0) return refuse(rest() < 6 ? JsonFault::truncated : JsonFault::syntax);
    if (unit >= 0xD800 && unit <= 0xDFFF) return surrogate(unit);
    at_ += 6;
    return true;
  }

  bool surrogate(int32_t unit) {
    const int32_t low = unit < 0xDC00 ? seneca::detail::code_unit(std::string_view(at_, rest()), 6) : -1;
    if (low >= 0xDC00 && low <= 0xDFFF) {
      at_ += 12;
      return true;
    }
    if (tolerance_ == JsonTolerance::strict) return refuse(JsonFault::lone_surrogate);
    at_ += 6;
    return true;
  }

  const char* skip_digits() {
    while (at_ != end_ && is_json_digit(*at_)) ++at_;
    return at_;
  }

  bool number() {
    const char* const start = at_;
    if (take('-') && at_ != end_ && *at_ == 'I') return word("Infinity", JsonFault::not_finite);
    const char* const integer = at_;
    const char* const integer_end = skip_digits();
    if (integer == integer_end) return refuse_here();
    if (*integer == '0' && integer_end - integer > 1) {
      at_ = integer + 1;
      return refuse(JsonFault::syntax);
    }
    if (at_ == end_ || (*at_ != '.' && *at_ != 'e' && *at_ != 'E')) return true;
    if (take('.')) {
      const char* const fraction = at_;
      if (skip_digits() == fraction) return refuse_here();
    }
    const std::string_view mantissa(integer, static_cast<size_t>(at_ - integer));
    int64_t exponent = 0;
    if (!take_exponent(exponent)) return false;
    if (!overflows(mantissa, static_cast<size_t>(integer_end - integer), exponent)) return true;
    at_ = start;
    return refuse(JsonFault::number_range);
  }

  bool take_exponent(int64_t& exponent) {
    if (!take('e') && !take('E')) return true;
    const bool negative = take('-');
    if (!negative) take('+');
    const char* const digits = at_;
    if (skip_digits() == digits) return refuse_here();
    for (const char* digit = digits; digit != at_; ++digit)
      exponent = std::min(exponent * 10 + (*digit - '0'), kHugeExponent);
    if (negative) exponent = -exponent;
    return true;
  }

  // Too large for a double? Decided by the place of the first significant digit, converted only at the edge.
  bool overflows(std::string_view mantissa, size_t integer_digits, int64_t exponent) const {
    if (static_cast<int64_t>(integer_digits) + exponent <= 308) return false;
    const size_t first = mantissa.find_first_of("123456789");
    if (first == std::string_view::npos) return false;
    const auto place = static_cast<int64_t>(integer_digits) - static_cast<int64_t>(first);
    const int64_t magnitude = (first < integer_digits ? place - 1 : place) + exponent;
    if (magnitude != 308) return magnitude > 308;
    double value = 0;
    return std::from_chars(mantissa.data(), at_, value).ec != std::errc();
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  const JsonLimits limits_;
  JsonTolerance tolerance_;
  JsonOutline* outline_;  // of the object that comes next; null: its members are not told
  JsonFault fault_ = JsonFault::none;
};

}  // namespace

JsonFault check_json(std::string_view text, const JsonLimits& limits, JsonTolerance tolerance,
                     size_t* error_at, JsonOutline* outline) {
  Checker checker(text, limits, tolerance, outline);
  const JsonFault fault = checker.run();
  if (error_at != nullptr) *error_at = checker.position();
  return fault;
}

}  // namespace relay
