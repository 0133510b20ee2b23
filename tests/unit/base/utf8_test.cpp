#include "base/utf8.h"

#include "support/catch.h"

using namespace relay;

TEST_CASE("well-formed UTF-8 is accepted whole") {
  for (const std::string_view text : {"", "plain", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                                      "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CHECK(valid_utf8_prefix(text) == text.size());
  }
  CHECK(valid_utf8_prefix(std::string_view("a\0b", 3)) == 3);
}

TEST_CASE("the prefix ends before the first ill-formed sequence") {
  for (const std::string_view bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xED\xA0\x80", "\xE2\x82",
        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    const std::string text = "ok" + std::string(bad);
    CHECK(valid_utf8_prefix(text) == 2);
  }
}

TEST_CASE("an appended code point is well-formed") {
  std::string text;
  for (const uint32_t code : {0x41u, 0xE4u, 0x20ACu, 0x1F600u, 0x10FFFFu}) append_utf8(text, code);
  CHECK(text == "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF");
  CHECK(valid_utf8_prefix(text) == text.size());
}

TEST_CASE("what is ill-formed is found wherever it stands among ASCII") {
  for (size_t at = 0; at < 24; ++at) {
    std::string text(24, 'a');
    CHECK(valid_utf8_prefix(text) == text.size());
    text[at] = '\xFF';
    CHECK(valid_utf8_prefix(text) == at);
    text.replace(at, 1, "\xC3\xA4");
    CHECK(valid_utf8_prefix(text) == text.size());
  }
}
