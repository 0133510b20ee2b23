#include <string>

#include "codec/base64.h"
#include "support/catch.h"

using namespace relay;

TEST_CASE("base64 is written as RFC 4648 shows") {
  CHECK(encode_base64("").empty());
  CHECK(encode_base64("f") == "Zg==");
  CHECK(encode_base64("fo") == "Zm8=");
  CHECK(encode_base64("foo") == "Zm9v");
  CHECK(encode_base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 reads back what it wrote") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    CHECK(decode_base64(encode_base64(bytes)) == bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST_CASE("base64 that is not canonical is refused") {
  for (const char* text : {"Zg", "Zg=", "Zg= =", "Z===", "====", "Zm9v\n", "Zm=v", "Zh==", "Zm9=", "Zm9_"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text).has_value());
  }
}
