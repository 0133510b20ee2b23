#include <seneca/json.hpp>

#include "support/catch.h"

using seneca::JsonView;

TEST_CASE("A view tells the type of a value") {
  using Type = JsonView::Type;
  CHECK(JsonView(" {} ").type() == Type::object);
  CHECK(JsonView("[]").type() == Type::array);
  CHECK(JsonView("\"a\"").type() == Type::string);
  CHECK(JsonView("-1.5e3").type() == Type::number);
  CHECK(JsonView("true").is_boolean());
  CHECK(JsonView("null").is_null());
  CHECK(JsonView("null"));
  CHECK_FALSE(JsonView());
  CHECK_FALSE(JsonView("  "));
  CHECK_FALSE(JsonView("\""));
  CHECK_FALSE(JsonView("nope"));
}

TEST_CASE("Members are found by key, also when the key is written with escapes") {
  const JsonView view(R"({"a":1, "b" : {"c":[10,20]} ,"\u0069d":"x","q\"":2,"a":3})");
  CHECK(view.get("a").integer() == 1);
  CHECK(view.get("b").raw() == R"({"c":[10,20]})");
  CHECK(view.get("b").get("c").at(1).integer() == 20);
  CHECK(view.get("id").equals("x"));
  CHECK(view.get("q\"").integer() == 2);
  CHECK_FALSE(view.get("c"));
  CHECK_FALSE(view.get("a").get("a"));
  CHECK(view.size() == 5);
}

TEST_CASE("A JSON pointer leads to nested values") {
  const JsonView view(R"({"a":{"b":[{"c":1},2]},"x/y":3,"m~n":4,"":5,"0":6})");
  CHECK(view.pointer("").raw() == view.raw());
  CHECK(view.pointer("/a/b/0/c").integer() == 1);
  CHECK(view.pointer("/a/b/1").integer() == 2);
  CHECK(view.pointer("/x~1y").integer() == 3);
  CHECK(view.pointer("/m~0n").integer() == 4);
  CHECK(view.pointer("/").integer() == 5);
  CHECK(view.pointer("/0").integer() == 6);
  for (const char* path :
       {"a", "/a/b/2", "/a/b/01", "/a/b/-", "/a/b/x", "/a/b/", "/a/c", "/a/b/99999999999999999999"})
    CHECK_FALSE(view.pointer(path));
}

TEST_CASE("Members and items can be walked") {
  std::string seen;
  for (const auto& [key, value] : JsonView(R"({"a":1,"b":[2,"]"],"c":"}"})").members())
    seen += std::string(key) + "=" + std::string(value.raw()) + ";";
  CHECK(seen == "a=1;b=[2,\"]\"];c=\"}\";");
  seen.clear();
  for (const JsonView& item : JsonView("[1 , [2], {\"a\":3}]").items()) seen += std::string(item.raw()) + ";";
  CHECK(seen == "1;[2];{\"a\":3};");
  CHECK(JsonView("[]").size() == 0);
  CHECK(JsonView("{ }").size() == 0);
  CHECK(JsonView("5").size() == 0);
}

TEST_CASE("Strings are unescaped, lone surrogates become U+FFFD") {
  CHECK(JsonView(R"("a\"\\\/\b\f\n\r\tz")").string() == "a\"\\/\b\f\n\r\tz");
  CHECK(JsonView(R"("\u00e4\u20ac\ud83d\udea8")").string() == "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\xA8");
  CHECK(JsonView(R"("a\ud800b\udc00")").string() ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
  CHECK(JsonView(R"("\ud800\u0041")").string() ==
        "\xEF\xBF\xBD"
        "A");
  CHECK(JsonView(R"("x\u0000y")").string() == std::string("x\0y", 3));
  CHECK(JsonView(R"("a\nb")").raw_string() == R"(a\nb)");
  CHECK(JsonView("5").string().empty());
  CHECK(JsonView(R"("a\u0062c")").equals("abc"));
  CHECK_FALSE(JsonView(R"("a\u0062c")").equals("abcd"));
  CHECK_FALSE(JsonView(R"("a\u0062c")").equals("ab"));
  std::string storage;
  CHECK(JsonView(R"("plain")").string(storage) == "plain");
  CHECK(storage.empty());
  CHECK(JsonView(R"("a\tb")").string(storage) == "a\tb");
}

TEST_CASE("Numbers are read when they fit") {
  CHECK(JsonView("42").integer() == 42);
  CHECK(JsonView("9223372036854775807").integer() == INT64_MAX);
  CHECK(JsonView("9223372036854775808").integer(-1) == -1);
  CHECK(JsonView("5.0").integer() == 5);
  CHECK(JsonView("1e3").integer() == 1000);
  CHECK(JsonView("5.5").integer(-1) == -1);
  CHECK(JsonView("\"5\"").integer(-1) == -1);
  CHECK(JsonView("2.5").number() == 2.5);
  CHECK(JsonView("1e400").number(-1) == -1);
  CHECK(JsonView("18446744073709551616").number() == 18446744073709551616.0);
  CHECK(JsonView("true").boolean());
  CHECK_FALSE(JsonView("false").boolean(true));
  CHECK(JsonView("1").boolean(true));
}

TEST_CASE("Malformed text has absent values and is never read past its end") {
  for (const char* text :
       {"{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":\"", "{\"a\":[", "{\"a\":[1",
        "{\"a\" 1}", "{a:1}", "{,\"a\":1}", "{\"b\":1 \"a\":2}", "{\"a\":\"\\", "{\"a\":\"\\u"}) {
    INFO(text);
    CHECK_FALSE(JsonView(text).get("a"));
  }
  CHECK_FALSE(JsonView("[").at(0));
  CHECK_FALSE(JsonView("[1").at(1));
  CHECK(JsonView("[1").at(0).integer() == 1);
}

TEST_CASE("A text is appended as a JSON string") {
  std::string out;
  seneca::append_json_string(out, std::string("q\" b\\ \n\r\t\b\f \x01\x1f\x7f \0 end", 21));
  CHECK(out == "\"q\\\" b\\\\ \\n\\r\\t\\b\\f \\u0001\\u001f\x7f \\u0000 end\"");
  out.clear();
  seneca::append_json_string(out, "\xC3\xA4 long enough \xFF \xED\xA0\x80 \xE2\x82");
  CHECK(
      out ==
      "\"\xC3\xA4 long enough \xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("Members are added to an object unless it has them") {
  using seneca::with_members;
  CHECK(with_members("{}", {{"a", "1"}}) == R"({"a":1})");
  CHECK(with_members(R"( {"a":1 } )", {{"b", "\"x\""}, {"c", "[]"}}) == R"({"a":1 ,"b":"x","c":[]})");
  CHECK(with_members(R"({"a":1})", {{"a", "2"}}) == R"({"a":1})");
  CHECK(with_members(R"({"\u0061":1})", {{"a", "2"}, {"q\"", "3"}}) == R"({"\u0061":1,"q\"":3})");
  CHECK(with_members("[1]", {{"a", "2"}}) == "[1]");
  CHECK(with_members("{", {{"a", "2"}}) == "{");
}
