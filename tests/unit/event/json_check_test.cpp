#include "event/json_check.h"

#include "event/json_outline.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using relay::check_json;
using relay::JsonFault;
using relay::JsonLimits;
using relay::JsonOutline;
using relay::JsonTolerance;

namespace {

std::string nested(size_t depth, const std::string& inside = "") {
  return std::string(depth, '[') + inside + std::string(depth, ']');
}

std::string object_with_keys(size_t count) {
  std::string text = "{";
  for (size_t i = 0; i < count; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  return text + "}";
}

JsonFault tolerant(std::string_view text) { return check_json(text, {}, JsonTolerance::lone_surrogates); }

}  // namespace

TEST_CASE("Row 45: nesting deeper than 64 levels is refused") {
  CHECK(check_json(nested(64)) == JsonFault::none);
  CHECK(check_json(nested(65)) == JsonFault::too_deep);
  CHECK(check_json(nested(100000)) == JsonFault::too_deep);
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += R"({"a":)";
  CHECK(check_json(objects) == JsonFault::too_deep);
  JsonLimits shallow;
  shallow.max_depth = 2;
  CHECK(check_json("[[1]]", shallow) == JsonFault::none);
  CHECK(check_json("[[[1]]]", shallow) == JsonFault::too_deep);
}

TEST_CASE("Row 46: bytes that are not UTF-8 are refused") {
  CHECK(check_json("\"\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x9A\xA8\"") == JsonFault::none);
  for (const char* bad : {"\"\x80\"", "\"\xC0\xAF\"", "\"\xC1\xBF\"", "\"\xC3\"", "\"\xE0\x9F\xBF\"",
                          "\"\xED\xA0\x80\"", "\"\xF0\x8F\xBF\xBF\"", "\"\xF4\x90\x80\x80\"",
                          "\"\xF5\x80\x80\x80\"", "\"\xFF\"", "\"12345678\xE2\x82\"", "{\"\xFE\":1}"})
    CHECK(check_json(bad) == JsonFault::bad_utf8);
}

TEST_CASE("Row 47: a lone surrogate is refused, and kept in a log file") {
  for (const char* lone :
       {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")", R"("\ud83d\u0041")"}) {
    CHECK(check_json(lone) == JsonFault::lone_surrogate);
    CHECK(tolerant(lone) == JsonFault::none);
  }
  CHECK(check_json(R"("\ud83d\udea8")") == JsonFault::none);
  CHECK(tolerant(R"("\ud8")") == JsonFault::truncated);
}

TEST_CASE("Row 48: NaN and Infinity are refused, and replaced by null in a log line") {
  for (const char* text : {"NaN", "Infinity", "-Infinity", R"({"a":NaN})", "[1,-Infinity]"}) {
    CHECK(check_json(text) == JsonFault::not_finite);
    CHECK(tolerant(text) == JsonFault::not_finite);
  }
  std::string repaired = "untouched";
  CHECK(relay::repair_json_line(R"({"NaN":"Infinity \" NaN","x":1})", repaired) == 0);
  CHECK(repaired == "untouched");
  CHECK(relay::repair_json_line(R"({"NaN":NaN,"b":[Infinity,-Infinity],"c":"NaN"})", repaired) == 3);
  CHECK(repaired == R"({"NaN":null,"b":[null,null],"c":"NaN"})");
  CHECK(check_json(repaired) == JsonFault::none);
}

TEST_CASE("Row 49: a number that overflows a double is refused") {
  for (const char* text : {"1e400", "-1e400", "[1E+309]", "1.8e308", "0.001e400", "1e99999999999999999999",
                           "0.0000000001e9999999999"})
    CHECK(check_json(text) == JsonFault::number_range);
  for (const char* text : {"1e308", "1.7976931348623157e308", "1e-400", "0e400", "0.0e99999999999999999999",
                           "0.00000001e310", "-0.0", "1e-99999999999999999999"})
    CHECK(check_json(text) == JsonFault::none);
  CHECK(check_json("0." + std::string(1000, '0') + "1e400") == JsonFault::none);
  CHECK(check_json(std::string(400, '1') + ".5") == JsonFault::number_range);
  CHECK(check_json(std::string(400, '1') + ".5e-200") == JsonFault::none);
}

TEST_CASE("Row 50: integers of any length are accepted") {
  CHECK(check_json("18446744073709551616") == JsonFault::none);
  CHECK(check_json("-18446744073709551616") == JsonFault::none);
  CHECK(check_json(std::string(400, '9')) == JsonFault::none);
}

TEST_CASE("Row 52: an escaped NUL is accepted") {
  CHECK(check_json(R"({"a":"x\u0000y"})") == JsonFault::none);
}

TEST_CASE("Row 53: trailing bytes and a byte order mark are refused") {
  CHECK(check_json("{} ") == JsonFault::none);
  CHECK(check_json("{}\n\t\r ") == JsonFault::none);
  CHECK(check_json("{}{}") == JsonFault::trailing_bytes);
  CHECK(check_json("{},") == JsonFault::trailing_bytes);
  CHECK(check_json(std::string_view("{}\0", 3)) == JsonFault::trailing_bytes);
  CHECK(check_json("\xEF\xBB\xBF{}") == JsonFault::bom);
}

TEST_CASE("An object with 100000 keys or a key of 1 MB is refused") {
  CHECK(check_json(object_with_keys(50000)) == JsonFault::none);
  CHECK(check_json(object_with_keys(50001)) == JsonFault::too_many_members);
  CHECK(check_json(object_with_keys(100000)) == JsonFault::too_many_members);
  CHECK(check_json("{\"" + std::string(16384, 'k') + "\":1}") == JsonFault::none);
  CHECK(check_json("{\"" + std::string(1000000, 'k') + "\":1}") == JsonFault::key_too_long);
}

TEST_CASE("A fault is reported with its place") {
  size_t at = 0;
  CHECK(check_json(R"({"a":1,})", {}, JsonTolerance::strict, &at) == JsonFault::syntax);
  CHECK(at == 7);
  CHECK(check_json("[1,2", {}, JsonTolerance::strict, &at) == JsonFault::truncated);
  CHECK(at == 4);
  CHECK(check_json("[1, 1e400]", {}, JsonTolerance::strict, &at) == JsonFault::number_range);
  CHECK(at == 4);
  CHECK(check_json("  ", {}, JsonTolerance::strict, &at) == JsonFault::empty);
  CHECK(check_json("\"a\nb\"", {}, JsonTolerance::strict, &at) == JsonFault::control_in_string);
  CHECK(at == 2);
}

TEST_CASE("Every fault has a sentence of its own") {
  std::vector<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(JsonFault::too_many_members); ++i) {
    const std::string_view text = relay::to_string(static_cast<JsonFault>(i));
    CHECK_FALSE(text.empty());
    CHECK(std::find(seen.begin(), seen.end(), text) == seen.end());
    seen.push_back(text);
  }
}

TEST_CASE("The checker agrees with nlohmann::json on tricky inputs") {
  const std::string long_text(100, 'x');
  const std::vector<std::string> inputs = {"",
                                           " ",
                                           "null",
                                           "nul",
                                           "nulll",
                                           "true",
                                           "tru",
                                           "false",
                                           "falsee",
                                           "0",
                                           "-0",
                                           "00",
                                           "01",
                                           "-",
                                           "-01",
                                           "1.",
                                           ".1",
                                           "1.0",
                                           "1e",
                                           "1e+",
                                           "1e+5",
                                           "1E-5",
                                           "1.5e3",
                                           "+1",
                                           "1 2",
                                           "0x10",
                                           "1_000",
                                           "[]",
                                           "[",
                                           "]",
                                           "[,]",
                                           "[1,]",
                                           "[,1]",
                                           "[1 2]",
                                           "[1,2]",
                                           "[[]]",
                                           "[[]",
                                           "{}",
                                           "{",
                                           "}",
                                           "{,}",
                                           R"({"a"})",
                                           R"({"a":})",
                                           R"({"a":1)",
                                           R"({"a":1,})",
                                           R"({"a":1 "b":2})",
                                           R"({"a":1,"b":2})",
                                           R"({a:1})",
                                           R"({'a':1})",
                                           R"({1:1})",
                                           R"({"a"::1})",
                                           R"("")",
                                           R"(")",
                                           R"("a)",
                                           R"("\")",
                                           R"("\\")",
                                           R"("\a")",
                                           R"("\/")",
                                           R"("\b\f\n\r\t")",
                                           R"("\u")",
                                           R"("\u12")",
                                           R"("\u12g4")",
                                           R"("\u00e4")",
                                           R"("\uD83D\uDEA8")",
                                           R"("\ud800")",
                                           R"("\udfff\ud800")",
                                           "\"\t\"",
                                           "\"\x7f\"",
                                           "\"\x1f\"",
                                           "\"\xC3\xA4\"",
                                           "\"\xC3\"",
                                           "\xC3\xA4",
                                           "\"\xF4\x8F\xBF\xBF\"",
                                           "\"\xF4\x90\x80\x80\"",
                                           "// c\n1",
                                           "/**/1",
                                           "\v1",
                                           "\f1",
                                           "1\n",
                                           "\n1",
                                           "[1]x",
                                           "[1]]",
                                           "\"" + long_text + "\"",
                                           "\"" + long_text + "\n\"",
                                           "\"" + long_text + "\xE2\x82\xAC\"",
                                           "\"1234567\\\"\"",
                                           "\"12345678\\\"",
                                           "[true,false,null,1,\"a\",{},[]]",
                                           "tRUE",
                                           "Null",
                                           "undefined",
                                           "\"\\u0000\"",
                                           "18446744073709551616",
                                           "1e308",
                                           "1e-400",
                                           "{\"\":0}",
                                           "{\"a\":{\"b\":[{\"c\":null}]}}",
                                           "[\"a\",\n\t\"b\"\r]",
                                           "\"\xED\x9F\xBF\"",
                                           "\"\xEE\x80\x80\"",
                                           "--1",
                                           "1-1"};
  for (const std::string& input : inputs) {
    INFO(input);
    CHECK((check_json(input) == JsonFault::none) == nlohmann::json::accept(input));
  }
}

TEST_CASE("A byte is judged the same wherever in a string it stands") {
  for (int byte = 1; byte < 256; ++byte) {
    const JsonFault expected = byte < 0x20    ? JsonFault::control_in_string
                               : byte == '"'  ? JsonFault::trailing_bytes
                               : byte == '\\' ? JsonFault::syntax
                               : byte >= 0x80 ? JsonFault::bad_utf8
                                              : JsonFault::none;
    for (size_t at = 0; at < 40; ++at) {
      std::string text(40, 'x');
      text[at] = static_cast<char>(byte);
      INFO(byte << " at " << at);
      CHECK(check_json('"' + text + "x\"") == expected);
    }
  }
}

namespace {

/// "key=value;" for every member.
std::string outlined(std::string_view text) {
  JsonOutline outline;
  CHECK(check_json(text, {}, JsonTolerance::strict, nullptr, &outline) == JsonFault::none);
  std::string told;
  for (const seneca::JsonMember& member : outline.members())
    told.append(member.raw_key).append("=").append(member.value.raw()).append(";");
  return told;
}

}  // namespace

TEST_CASE("The members of the outermost object are told as they were written, and no others") {
  CHECK(outlined(R"( { "a" : 1 ,"b":{"c":[2,{"d":3}]}, "\u0065":"f\"" , "":null } )") ==
        R"(a=1;b={"c":[2,{"d":3}]};\u0065="f\"";=null;)");
  CHECK(outlined("{}").empty());
  CHECK(outlined(R"([{"a":1}])").empty());
  CHECK(outlined("\"a\"").empty());
}

TEST_CASE("An outline holds any number of members and forgets those of the text before") {
  JsonOutline outline;
  for (const size_t count : {16, 17, 40, 3, 16, 0}) {
    CHECK(check_json(object_with_keys(count), {}, JsonTolerance::strict, nullptr, &outline) ==
          JsonFault::none);
    CHECK(outline.members().size() == count);
  }
  const std::string text = object_with_keys(20);
  CHECK(check_json(text, {}, JsonTolerance::strict, nullptr, &outline) == JsonFault::none);
  CHECK(outline.members()[0].raw_key == "k0");
  CHECK(outline.members()[19].raw_key == "k19");
}

TEST_CASE("The outline inside an outline is that of the last object under its key, and says whose it is") {
  const auto inside = [](std::string_view text, std::string_view object) {
    JsonOutline inner;
    JsonOutline outer("event", inner);
    CHECK(check_json(text, {}, JsonTolerance::strict, nullptr, &outer) == JsonFault::none);
    std::string told;
    for (const seneca::JsonMember& member : outer.members())
      if (member.value.raw() == object && inner.is_of(member.value.raw()))
        for (const seneca::JsonMember& each : inner.members()) told.append(each.raw_key).append(";");
    return told;
  };
  CHECK(inside(R"({"op":1,"event":{"a":{"event":{"z":1}},"b":[{"c":1}]},"x":{"y":1}})",
               R"({"a":{"event":{"z":1}},"b":[{"c":1}]})") == "a;b;");
  CHECK(inside(R"({"event":{"a":1},"event":{"b":1}})", R"({"a":1})").empty());
  CHECK(inside(R"({"event":{"a":1},"event":{"b":1}})", R"({"b":1})") == "b;");
  CHECK(inside(R"({"event":[{"a":1}]})", R"([{"a":1}])").empty());
  CHECK(inside(R"({"event":{"a":1},"\u0065vent":{"b":1}})", R"({"b":1})").empty());
  CHECK(inside(R"([{"event":{"a":1}}])", "").empty());
  CHECK(inside(R"({"x":[{"event":{"a":1}}]})", R"([{"event":{"a":1}}])").empty());
}
