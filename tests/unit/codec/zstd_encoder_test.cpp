#include "codec/zstd_encoder.h"

#include <string>

#include "codec/zstd_body.h"
#include "support/catch.h"

using namespace relay;

TEST_CASE("what was encoded is decoded, message by message") {
  ZstdEncoder encoder;
  for (const size_t size : {0, 1, 300, 10'000, 1'000'000}) {
    const std::string message(size, 'x');
    CHECK(decompress_zstd(encoder.encode(message), 1'000'000) == message);
  }
}

TEST_CASE("a message is compressed the same whatever came before it") {
  ZstdEncoder encoder;
  const std::string message = R"({"op":"event","event":{"type":"agent.status.changed","data":{"n":1}}})";
  const std::string first = encoder.encode(message);
  (void)encoder.encode(std::string(1000, 'y'));
  CHECK(encoder.encode(message) == first);
}
