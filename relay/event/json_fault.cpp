#include "event/json_check.h"

namespace relay {

std::string_view to_string(JsonFault fault) {
  switch (fault) {
    case JsonFault::none:
      return "the JSON is valid";
    case JsonFault::empty:
      return "there is no JSON value; send one object";
    case JsonFault::syntax:
      return "this is not JSON; check quotes, commas and brackets here";
    case JsonFault::truncated:
      return "the JSON ends inside a value; send it whole";
    case JsonFault::too_deep:
      return "arrays and objects are nested too deeply; at most 64 levels are taken";
    case JsonFault::bad_utf8:
      return "a string is not UTF-8; encode it as UTF-8 or with \\u escapes";
    case JsonFault::control_in_string:
      return "a string holds a raw control character; escape it, as in \\n";
    case JsonFault::lone_surrogate:
      return "a \\ud800 to \\udfff escape lacks its partner; send both halves or none";
    case JsonFault::not_finite:
      return "NaN and Infinity are not JSON; send null or a text";
    case JsonFault::number_range:
      return "a number is too large for a double; send a smaller one or a text";
    case JsonFault::trailing_bytes:
      return "something follows the JSON value; send one value";
    case JsonFault::bom:
      return "the text begins with a byte order mark; send UTF-8 without it";
    case JsonFault::key_too_long:
      return "a key is too long; at most 16 KiB are taken";
    case JsonFault::too_many_members:
      return "an object has too many members; at most 50000 are taken";
  }
  return "";
}

}  // namespace relay
