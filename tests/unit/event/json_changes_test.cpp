#include "event/json_changes.h"

#include "support/catch.h"

using namespace relay;

namespace {

std::string changes(std::string_view before, std::string_view after) {
  std::string text;
  for (const JsonChange& change : json_changes(before, after))
    text += change.place + ' ' + std::string(change.before) + " > " + std::string(change.after) + "; ";
  return text;
}

std::string numbers(size_t count, int from) {
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text +=
        (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":" + std::to_string(from + static_cast<int>(i));
  return text;
}

}  // namespace

TEST_CASE("what differs is told by its place, members before elements, new ones last") {
  CHECK(changes(R"({"a":1,"b":{"c":[1,2]}})", R"({"b":{"c":[1,3,4]},"d":null,"a":2})") ==
        "a 1 > 2; b.c[1] 2 > 3; b.c[2]  > 4; d  > null; ");
  CHECK(changes(R"({"a":1})", R"({})") == "a 1 > ; ");
}

TEST_CASE("white space, order and escapes are no difference") {
  CHECK(changes(R"({"a": [1, 2], "b": "ä"})", R"({"b":"\u00e4","a":[1,2]})").empty());
  CHECK(changes(R"({"a":"1"})", R"({"a":1})") == "a \"1\" > 1; ");
}

TEST_CASE("a name that is none is quoted, and of equal keys the first counts") {
  CHECK(changes(R"({"x":{"a b":1,"":2}})", R"({"x":{"a b":2,"":2}})") == "x[\"a b\"] 1 > 2; ");
  CHECK(changes(R"({"a":1,"a":2})", R"({"a":1,"a":3})").empty());
}

TEST_CASE("a value that differs in more than 64 places is told as a whole") {
  const std::string before = "{\"data\":{" + numbers(65, 0) + "},\"x\":1}";
  const std::string after = "{\"data\":{" + numbers(65, 1000) + "},\"x\":2}";
  const auto all = json_changes(before, after);
  REQUIRE(all.size() == 2);
  CHECK(all[0].place == "data");
  CHECK(all[1].place == "x");
  const std::string few = "{\"data\":{" + numbers(64, 0) + "}}";
  CHECK(json_changes(few, "{\"data\":{" + numbers(64, 1000) + "}}").size() == 64);
}

TEST_CASE("changes as JSON leave out what there is not") {
  std::string text;
  append_changes_json(text, json_changes(R"({"a":1,"b":2})", R"({"b":3,"c":"x"})"));
  CHECK(text == R"([{"field":"a","old":1},{"field":"b","old":2,"new":3},{"field":"c","new":"x"}])");
}
