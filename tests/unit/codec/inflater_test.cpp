#include "codec/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <string>

#include "codec/deflater.h"
#include "support/catch.h"

using namespace relay;

namespace {

std::string inflated(std::string_view payload, size_t max_bytes = 100'000) {
  Inflater inflater;
  const auto message = inflater.inflate_message(payload, max_bytes);
  if (message) return *message;
  return message.error() == InflateFault::too_big ? "too big" : "bad data";
}

// A client's compressor, which may go on from message to message.
class Compressor {
 public:
  explicit Compressor(int level = 6) {
    REQUIRE(deflateInit2(&stream_, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~Compressor() { deflateEnd(&stream_); }

  // With what `flush` leaves at the end.
  std::string add(std::string_view text, int flush) {
    std::string out(2 * text.size() + 1000, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    deflate(&stream_, flush);
    REQUIRE(stream_.avail_in == 0);
    out.resize(out.size() - stream_.avail_out);
    return out;
  }
  std::string message(std::string_view text) {
    std::string out = add(text, Z_SYNC_FLUSH);
    out.resize(out.size() - 4);
    return out;
  }

 private:
  z_stream stream_{};
};

std::string sample(size_t size) {
  std::string text;
  for (unsigned i = 0; text.size() < size; ++i) text += "event " + std::to_string(i * 7919 % 1000) + ", ";
  text.resize(size);
  return text;
}

using namespace std::string_literals;

}  // namespace

TEST_CASE("the examples of RFC 7692 are understood") {
  CHECK(inflated("\xf2\x48\xcd\xc9\xc9\x07\x00"s) == "Hello");
  CHECK(inflated("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s) == "Hello");
  CHECK(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s) == "Hello");
  CHECK(inflated("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s) == "Hello");
  CHECK(inflated("\x00"s).empty());
}

TEST_CASE("what any level of compression makes comes out as it was") {
  for (const int level : {0, 1, 6, 9})
    for (const size_t size : {0, 1, 5, 255, 1023, 1024, 1025, 2048, 40'000}) {
      INFO(level << " " << size);
      CHECK(inflated(Compressor(level).message(sample(size))) == sample(size));
    }
}

TEST_CASE("a message of several blocks, final ones between them, is one message") {
  Compressor first, second, third;
  const std::string parts = first.add("one ", Z_FINISH) + second.add("two ", Z_FINISH);
  CHECK(inflated(parts + third.message("three")) == "one two three");
  CHECK(inflated(parts + '\0') == "one two ");
  Compressor flushing;
  CHECK(inflated(flushing.add("a", Z_FULL_FLUSH) + flushing.add("b", Z_SYNC_FLUSH) + flushing.message("c")) ==
        "abc");
}

TEST_CASE("a message cut short anywhere is refused") {
  const std::string whole = Compressor().message(sample(3000));
  for (size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(inflated(std::string_view(whole).substr(0, size)) == "bad data");
  }
  CHECK(inflated(whole) == sample(3000));
}

TEST_CASE("bytes behind a message are refused") {
  const std::string whole = Compressor().message("a whole message");
  CHECK(inflated(whole + "garbage") == "bad data");
  CHECK(inflated(Compressor().add("final", Z_FINISH) + "garbage") == "bad data");
  // The tail that the protocol leaves out, sent all the same, is an empty block more.
  CHECK(inflated(whole + "\x00\x00\xff\xff"s) == "bad data");
  CHECK(inflated(whole + "\x00\x00\xff\xff\x00"s) == "a whole message");
}

TEST_CASE("what is not deflate is refused") {
  CHECK(inflated("{\"type\":\"a.b\"}") == "bad data");
  CHECK(inflated(std::string(50, '\xff')) == "bad data");
  CHECK(inflated("\x06") == "bad data");
  // Final, but without the byte that begins the block of the tail.
  CHECK(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00"s) == "bad data");
}

TEST_CASE("what comes out is held to the limit, to the byte") {
  for (const size_t limit : {1, 100, 1023, 1024, 1025, 5000}) {
    INFO(limit);
    CHECK(inflated(Compressor().message(sample(limit)), limit) == sample(limit));
    CHECK(inflated(Compressor().message(sample(limit + 1)), limit) == "too big");
  }
  CHECK(inflated("\x00"s, 0).empty());
}

TEST_CASE("a bomb is met with the limit, and no more memory than that is filled") {
  const std::string bomb = Compressor(9).message(std::string(50'000'000, 'x'));
  CHECK(bomb.size() < 60'000);
  CHECK(inflated(bomb, 1'000'000) == "too big");
}

TEST_CASE("a message cannot refer to what came before it, from whomever") {
  Inflater inflater;
  Compressor taking_over;
  const std::string secret = sample(500);
  const std::string first = taking_over.message(secret), second = taking_over.message(secret);
  REQUIRE(second.size() < 20);
  REQUIRE(inflater.inflate_message(first, 1000) == secret);
  const auto refused = inflater.inflate_message(second, 1000);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == InflateFault::bad_data);
  // Nor across a final block.
  CHECK_FALSE(inflater.inflate_message(Compressor().add(secret, Z_FINISH) + second, 1000));
  CHECK(inflater.inflate_message(first, 1000) == secret);
}

TEST_CASE("after any fault the next message is understood") {
  Inflater inflater;
  const std::string good = Compressor().message("good");
  for (const std::string& bad : {good.substr(0, 3), "\xff\xff"s, ""s}) {
    CHECK_FALSE(inflater.inflate_message(bad, 1000));
    CHECK(inflater.inflate_message(good, 1000) == "good");
  }
  CHECK_FALSE(inflater.inflate_message(good, 2));
  CHECK(inflater.inflate_message(good, 1000) == "good");
}

TEST_CASE("the relay's own compressed messages are shorter, understood and free of context") {
  Deflater deflater;
  for (const size_t size : {300, 1000, 5000, 70'000}) {
    std::string once, again;
    REQUIRE(deflater.shorten(sample(size), once));
    REQUIRE(deflater.shorten(sample(size), again));
    CHECK(once == again);
    CHECK(once.size() < size);
    CHECK(inflated(once) == sample(size));
  }
}

TEST_CASE("a message that deflate cannot shorten is told so") {
  Deflater deflater;
  std::string out;
  CHECK_FALSE(deflater.shorten("", out));
  CHECK_FALSE(deflater.shorten("x", out));
  std::string noise;
  for (uint32_t i = 0, state = 1; i < 4000; ++i) {
    state = state * 1664525 + 1013904223;
    noise += static_cast<char>(state >> 24);
  }
  CHECK_FALSE(deflater.shorten(noise, out));
  CHECK(deflater.shorten(std::string(300, 'x'), out));
}
