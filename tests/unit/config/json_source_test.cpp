#include "config/json_source.h"

#include "support/catch.h"

using namespace relay;

namespace {

ConfigProblem only_problem(const std::string& text) {
  const JsonSource source = parse_json_source(text, "f");
  INFO(text);
  REQUIRE(source.problems.size() == 1);
  return source.problems.front();
}

}  // namespace

TEST_CASE("comments and trailing commas are allowed") {
  const JsonSource source =
      parse_json_source("// a\n{ /* b */ \"x\": [1, 2,], // c\n \"y\": {\"z\": null,}, }/**/", "f");
  REQUIRE(source.problems.empty());
  CHECK(to_json(source.root) == R"({"x":[1,2],"y":{"z":null}})");
}

TEST_CASE("every value and name knows its line and column, in characters") {
  const JsonSource source = parse_json_source("{\n  \"\xC3\xA4\": 1, \"b\":\n\t[true]}", "f");
  REQUIRE(source.problems.empty());
  const JsonMember& first = source.root.members[0];
  CHECK((first.line == 2 && first.column == 3));
  CHECK((first.value.line == 2 && first.value.column == 8));
  const JsonMember& second = source.root.members[1];
  CHECK((second.line == 2 && second.column == 11));
  CHECK((second.value.line == 3 && second.value.column == 2));
  CHECK((second.value.items[0].line == 3 && second.value.items[0].column == 3));
}

TEST_CASE("texts are unescaped and numbers kept as written") {
  const JsonSource source =
      parse_json_source(R"(["\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00", 1e400, 18446744073709551616, -0.50])", "f");
  REQUIRE(source.problems.empty());
  CHECK(source.root.items[0].text == "\"\\/\b\f\n\r\t\xC3\xA4\xF0\x9F\x98\x80");
  CHECK(source.root.items[1].text == "1e400");
  CHECK(source.root.items[2].text == "18446744073709551616");
  CHECK(source.root.items[3].text == "-0.50");
  CHECK(to_json(parse_json_source(to_json(source.root), "f").root) == to_json(source.root));
}

TEST_CASE("what is not JSON is a syntax error with its place") {
  const std::vector<std::pair<std::string, int>> rows{{"", 1},
                                                      {"{", 2},
                                                      {"[1", 3},
                                                      {"[,]", 2},
                                                      {"[1,,2]", 4},
                                                      {"{\"a\" 1}", 6},
                                                      {"{a: 1}", 2},
                                                      {"[1 2]", 4},
                                                      {"01", 2},
                                                      {"-", 2},
                                                      {"1.", 3},
                                                      {"1e", 3},
                                                      {"+1", 1},
                                                      {"nul", 1},
                                                      {"NaN", 1},
                                                      {"'a'", 1},
                                                      {"\"a", 3},
                                                      {"\"\\x\"", 3},
                                                      {"\"\\u12g4\"", 6},
                                                      {"\"\\ud800\"", 8},
                                                      {"\"\\udc00\"", 8},
                                                      {"\"\\ud800\\u0041\"", 14},
                                                      {"\"a\nb\"", 3},
                                                      {"{} {}", 4},
                                                      {"/* a", 1},
                                                      {"/", 1},
                                                      {"\xEF\xBB\xBF{}", 1},
                                                      {"[\"\xFF\"]", 3}};
  for (const auto& [text, column] : rows) {
    const ConfigProblem problem = only_problem(text);
    CHECK(problem.code == "syntax");
    CHECK(problem.line == 1);
    CHECK(problem.column == column);
  }
}

TEST_CASE("a syntax error names the value it is in") {
  CHECK(only_problem(R"({"a/b": [0, {"c": tru}]})").pointer == "/a~1b/1/c");
}

TEST_CASE("nesting is limited to 64 levels") {
  const auto nested = [](size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(parse_json_source(nested(64), "f").problems.empty());
  CHECK(only_problem(nested(66)).code == "syntax");
  CHECK(only_problem(std::string(100000, '[')).code == "syntax");
}

TEST_CASE("a name given twice is an error that names both lines") {
  const JsonSource source = parse_json_source("{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2},\n \"a\": 2}", "f");
  REQUIRE(source.problems.size() == 2);
  CHECK(source.problems[0].pointer == "/b/c");
  CHECK(source.problems[1].to_string() ==
        "f:3:2: /a: \"a\" stands here on line 3 and already on line 1; keep one [duplicate_key]");
}

TEST_CASE("a name of more than 1024 bytes is refused") {
  CHECK(only_problem("{\"" + std::string(1025, 'a') + "\": 1}").code == "syntax");
}
