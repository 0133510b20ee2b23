#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace relay {

/// Deepest nesting of arrays and objects anywhere in the relay; plugins are promised no more.
inline constexpr int kMaxJsonDepth = 64;

struct JsonLimits {
  int max_depth = kMaxJsonDepth;  ///< arrays and objects inside each other
  size_t max_key = 16384;         ///< bytes of one key as written
  size_t max_members = 50000;     ///< members of one object
};

class JsonOutline;

enum class JsonTolerance {
  strict,           ///< RFC 8259, and every string is Unicode text
  lone_surrogates,  ///< also `\ud800` without its partner, which Python writes to log files
};

enum class JsonFault : uint8_t {
  none,
  empty,              ///< no value at all
  syntax,             ///< not RFC 8259
  truncated,          ///< ends inside a value
  too_deep,           ///< more than max_depth levels
  bad_utf8,           ///< a string is not UTF-8
  control_in_string,  ///< an unescaped byte below 0x20 in a string
  lone_surrogate,     ///< `\ud800` without its partner
  not_finite,         ///< NaN, Infinity or -Infinity
  number_range,       ///< a number with fraction or exponent no double can hold, 1e400
  trailing_bytes,     ///< something after the value
  bom,                ///< begins with a byte order mark
  key_too_long,
  too_many_members,
};

/// What is wrong and how to mend it, without a subject: "a number is out of range; ...".
[[nodiscard]] std::string_view to_string(JsonFault fault);

/// Checks that `text` is exactly one JSON value. One pass, no allocation; integers of any length are accepted
/// because the relay forwards them as they were written. `error_at`, when given, receives the byte offset of
/// the fault; `outline` the members of the text's object, none for another value, worth nothing after a
/// fault.
[[nodiscard]] JsonFault check_json(std::string_view text, const JsonLimits& limits = {},
                                   JsonTolerance tolerance = JsonTolerance::strict,
                                   size_t* error_at = nullptr, JsonOutline* outline = nullptr);

/// Replaces NaN, Infinity and -Infinity outside strings by null, for log lines that Python wrote. Returns how
/// many; `out` is assigned only when that is not 0. The result still has to be checked.
size_t repair_json_line(std::string_view line, std::string& out);

}  // namespace relay
