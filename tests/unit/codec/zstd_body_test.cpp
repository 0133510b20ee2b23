#include "codec/zstd_body.h"

#include <zstd.h>

#include "support/catch.h"

using namespace relay;

namespace {

constexpr size_t kLimit = 1000000;

std::string compress(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string code_of(std::string_view compressed, size_t limit = kLimit) {
  const auto plain = decompress_zstd(compressed, limit);
  return plain ? "" : plain.error().code;
}

}  // namespace

TEST_CASE("what was compressed comes back") {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{65535}, size_t{65536}, size_t{65537}, kLimit}) {
    std::string text;
    for (size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * i % 26);
    const auto plain = decompress_zstd(compress(text), kLimit);
    REQUIRE(plain);
    CHECK(*plain == text);
  }
}

TEST_CASE("the bound is exact") {
  CHECK(code_of(compress(std::string(1000, 'x')), 1000).empty());
  CHECK(code_of(compress(std::string(1001, 'x')), 1000) == "body_too_large");
}

TEST_CASE("a bomb is met at the bound and not at its size") {
  const std::string bomb = compress(std::string(size_t{256} << 20, '\0'));
  REQUIRE(bomb.size() < 64 * 1024);
  CHECK(code_of(bomb) == "body_too_large");
}

TEST_CASE("a frame cut anywhere is refused") {
  const std::string whole = compress("some text that is compressed, and some more of the same text");
  for (size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(code_of(std::string_view(whole).substr(0, size)) == "bad_zstd");
  }
}

TEST_CASE("bytes after the frame are refused, a second frame too") {
  const std::string frame = compress("text");
  CHECK(code_of(frame + "x") == "bad_zstd");
  CHECK(code_of(frame + frame) == "bad_zstd");
}

TEST_CASE("what is not zstd is refused") {
  CHECK(code_of("{\"type\":\"a.b\"}") == "bad_zstd");
  CHECK(code_of(std::string(100, '\0')) == "bad_zstd");
}

TEST_CASE("a window larger than decoders need to offer is refused") {
  // A frame that claims a window of 1 GiB: magic number, descriptor without a size, window descriptor 20
  // << 3.
  const std::string frame("\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00", 9);
  CHECK(code_of(frame) == "bad_zstd");
}
