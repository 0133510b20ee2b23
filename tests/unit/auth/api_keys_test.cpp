#include "auth/api_keys.h"

#include "support/catch.h"

using namespace relay;

namespace {

std::string code(std::string_view text) {
  const auto keys = ApiKeys::parse(text, "keys");
  return keys ? "" : keys.error().code;
}

}  // namespace

TEST_CASE("a new API key is found by the line that was printed with it, and no other is") {
  const NewApiKey one = make_api_key("ci", {"publisher"}), two = make_api_key("ops", {"admin", "reader"});
  CHECK(one.key.starts_with("sk_"));
  CHECK(one.key.size() == 3 + 43);
  CHECK(one.line.find(one.key.substr(3)) == std::string::npos);
  for (const std::string& text :
       {one.line + "\n\n" + two.line + "\n", "[" + one.line + "," + two.line + "]"}) {
    const auto keys = ApiKeys::parse(text, "keys");
    REQUIRE(keys);
    REQUIRE(keys->find(one.key) != nullptr);
    CHECK(keys->find(one.key)->id == "ci");
    CHECK(keys->find(two.key)->roles == std::vector<std::string>{"admin", "reader"});
    CHECK(keys->find(one.key + "A") == nullptr);
    CHECK(keys->find(one.key.substr(0, 45)) == nullptr);
    CHECK(keys->find("") == nullptr);
    CHECK(keys->find(make_api_key("x", {}).key) == nullptr);
  }
}

TEST_CASE("a file of API keys says when one expires, and nothing that is not understood") {
  const std::string hash(64, 'a');
  const auto with = [&hash](std::string_view more) {
    return R"({"id":"a","sha256":")" + hash + R"(","roles":[])" + std::string(more) + "}";
  };
  CHECK(ApiKeys::parse(with(R"(,"expires":"2027-01-15T08:00:00Z")"), "k")->entries().front().expires_us ==
        1'800'000'000'000'000);
  CHECK(ApiKeys::parse(with(R"(,"expires":1800000000)"), "k")->entries().front().expires_us ==
        1'800'000'000'000'000);
  for (const std::string& bad :
       {with(R"(,"expires":"soon")"), with(R"(,"expires":1.5)"), with(R"(,"expires":null)"),
        with(R"(,"role":"x")"), with(R"(,"id":"b")"), with("") + "\n" + with(""), std::string("x"),
        std::string("[1]"), std::string(R"({"id":"a","roles":[]})"),
        R"({"id":"a","sha256":")" + std::string(64, 'A') + R"(","roles":[]})",
        std::string(R"({"id":"a","sha256":"ab","roles":[]})"), R"({"id":"a","sha256":")" + hash + "\"}",
        R"({"id":"a","sha256":")" + hash + R"(","roles":[1]})"})
    CHECK(code(bad) == "bad_api_keys");
  CHECK(code("") == "");
}
