#include "plugin/schema.h"

#include "support/catch.h"

using relay::check_against_schema;
using relay::check_schema;

namespace {

constexpr std::string_view kSchema = R"({
  "type": "object",
  "additionalProperties": false,
  "required": ["allow"],
  "properties": {
    "allow": {"type": "array", "items": {"type": "string", "minLength": 2, "maxLength": 4}, "minItems": 1, "maxItems": 2},
    "rate": {"type": "number", "minimum": 0, "maximum": 1},
    "count": {"type": "integer"},
    "mode": {"enum": ["fast", "slow", 3]},
    "version": {"const": 1},
    "name": {"type": ["string", "null"], "pattern": "^[a-z]+$", "description": "d", "default": "x"},
    "free": {"type": "object"},
    "typed": {"additionalProperties": {"type": "boolean"}},
    "never": false
  }
})";

// The place of a violation and what it is, "" when there is none.
std::string violation(std::string_view document) {
  const relay::Status status = check_against_schema(kSchema, document, "filter");
  if (status) return "";
  CHECK(status.error().code == "plugin_bad_config");
  REQUIRE(status.error().subject.starts_with("filter"));
  return status.error().subject.substr(6) + ": " + status.error().message;
}

}  // namespace

TEST_CASE("a document that satisfies its schema passes") {
  CHECK(violation(R"({"allow": ["ab"]})").empty());
  CHECK(
      violation(R"({"allow": ["ab", "äöüß"], "rate": 0.5, "count": 2.0, "mode": 3, "version": 1, "name": null,
                      "free": {"x": [1]}, "typed": {"a": true}})")
          .empty());
}

TEST_CASE("a violation is named with its place") {
  CHECK(violation(R"({})") == R"(: the key "allow" is missing; add it)");
  CHECK(violation(R"({"allow": 1})") == "/allow: must be of type array, not number");
  CHECK(violation(R"({"allow": []})") == "/allow: its length must be at least 1");
  CHECK(violation(R"({"allow": ["ab", "ab", "ab"]})") == "/allow: its length must be at most 2");
  CHECK(violation(R"({"allow": ["ab", "a"]})") == "/allow/1: its length must be at least 2");
  CHECK(violation(R"({"allow": ["abcde"]})") == "/allow/0: its length must be at most 4");
  CHECK(violation(R"({"allow": ["ab"], "rate": 1.5})") == "/rate: must be at most 1");
  CHECK(violation(R"({"allow": ["ab"], "rate": -1})") == "/rate: must be at least 0");
  CHECK(violation(R"({"allow": ["ab"], "count": 1.5})") == "/count: must be of type integer, not number");
  CHECK(violation(R"({"allow": ["ab"], "mode": "off"})") == R"(/mode: must be one of ["fast","slow",3])");
  CHECK(violation(R"({"allow": ["ab"], "version": 2})") == "/version: must be 1");
  CHECK(violation(R"({"allow": ["ab"], "name": "A1"})") == "/name: must match ^[a-z]+$");
  CHECK(violation(R"({"allow": ["ab"], "name": 1})") == "/name: must be of type string or null, not number");
  CHECK(violation(R"({"allow": ["ab"], "typed": {"a/b~c": 1}})") ==
        "/typed/a~1b~0c: must be of type boolean, not number");
  CHECK(violation(R"({"allow": ["ab"], "never": 1})") == "/never: is not allowed here");
}

TEST_CASE("an unknown key is answered with the one it resembles or with all there are") {
  CHECK(violation(R"({"alow": ["ab"]})") == R"(/alow: is not a known key; did you mean "allow"?)");
  CHECK_THAT(violation(R"({"frobnicate": 1})"), Catch::Matchers::Contains("known are allow, count, free"));
}

TEST_CASE("a config must be a JSON object even where there is no schema") {
  CHECK(check_against_schema("", R"({"any": 1})", "f"));
  CHECK_FALSE(check_against_schema("", "[]", "f"));
  CHECK_FALSE(check_against_schema("", "", "f"));
  CHECK_FALSE(check_against_schema("", "{\"a\": NaN}", "f"));
  CHECK_FALSE(check_against_schema("", std::string(100000, '['), "f"));
}

TEST_CASE("a very long text does not take the pattern matcher down") {
  const std::string document = R"({"allow": ["ab"], "name": ")" + std::string(1000000, 'a') + "\"}";
  CHECK_THAT(violation(document), Catch::Matchers::Contains("must match"));
}

TEST_CASE("a schema with what is not checked is refused instead of half checked") {
  const auto message = [](std::string_view schema) {
    const relay::Status status = check_schema(schema, "f.so");
    return status ? std::string() : status.error().code + " " + status.error().message;
  };
  CHECK(message(kSchema).empty());
  CHECK(message("{}").empty());
  CHECK_THAT(message("{"), Catch::Matchers::StartsWith("plugin_bad_schema ") &&
                               Catch::Matchers::Contains("not valid JSON"));
  CHECK_THAT(message("[]"), Catch::Matchers::Contains("must be an object"));
  CHECK_THAT(message(R"({"oneOf": []})"),
             Catch::Matchers::Contains("at /oneOf: is a keyword this relay does not check"));
  CHECK_THAT(message(R"({"properties": {"a": {"type": "int"}}})"),
             Catch::Matchers::Contains("at /properties/a/type: must be a type name"));
  CHECK_THAT(message(R"({"items": {"pattern": "("}})"), Catch::Matchers::Contains("at /items/pattern"));
  CHECK_THAT(message(R"({"required": [1]})"), Catch::Matchers::Contains("at /required"));
  CHECK_THAT(message(R"({"enum": []})"), Catch::Matchers::Contains("at /enum"));
  CHECK_THAT(message(R"({"minLength": -1})"), Catch::Matchers::Contains("at /minLength"));
  CHECK_THAT(message(R"({"minimum": "1"})"), Catch::Matchers::Contains("at /minimum"));
  CHECK_THAT(message(R"({"properties": []})"), Catch::Matchers::Contains("at /properties"));
}
