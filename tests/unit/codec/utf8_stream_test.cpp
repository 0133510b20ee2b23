#include <string>

#include "base/utf8.h"
#include "codec/utf8_stream.h"
#include "support/catch.h"

using namespace relay;

TEST_CASE("every three-byte text is judged alike in one piece and byte by byte") {
  // Bytes on both sides of every bound of RFC 3629.
  const unsigned char edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf,
                                 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff};
  for (const unsigned char a : edges)
    for (const unsigned char b : edges)
      for (const unsigned char c : edges) {
        const std::string text{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
        Utf8Stream stream;
        bool fine = true;
        for (size_t i = 0; i < text.size() && fine; ++i) fine = stream.feed(text.substr(i, 1));
        Utf8Stream whole;
        CHECK(whole.feed(text) == fine);
        CHECK((fine && stream.complete()) == (valid_utf8_prefix(text) == text.size()));
      }
}

TEST_CASE("a bad byte is refused as soon as it comes") {
  Utf8Stream stream;
  CHECK(stream.feed("abc\xf4"));
  CHECK_FALSE(stream.complete());
  CHECK_FALSE(stream.feed("\x90"));
}
