// Compressed messages in WebSocket frames: what a WebSocketParser makes of RSV1.

#include <array>
#include <string>
#include <vector>

#include "codec/deflater.h"
#include "codec/inflater.h"
#include "support/catch.h"
#include "support/websocket_client.h"

using namespace relay;
using namespace relay::test;

namespace {

using Op = WebSocketOpcode;
constexpr unsigned kRsv1 = 0x40, kRsv2 = 0x20, kRsv3 = 0x10;

struct Seen final : WebSocketHandler {
  void on_message(bool text, std::string_view message) override {
    log.push_back((text ? "text:" : "binary:") + std::string(message));
  }
  void on_ping(std::string_view payload) override { log.push_back("ping:" + std::string(payload)); }
  void on_pong(std::string_view) override { log.emplace_back("pong"); }
  void on_close(uint16_t code, std::string_view) override { log.push_back("close:" + std::to_string(code)); }
  std::vector<std::string> log;
};

struct Outcome {
  std::vector<std::string> log;
  uint16_t fault = 0;
};

Outcome parse(std::string bytes, size_t chunk = SIZE_MAX, size_t max_message = 1000) {
  Seen seen;
  Inflater inflater;
  WebSocketParser parser(seen, max_message, &inflater);
  for (size_t at = 0; at < bytes.size(); at += std::min(chunk, bytes.size() - at))
    if (!parser.feed(bytes.data() + at, std::min(chunk, bytes.size() - at))) break;
  return {seen.log, parser.fault().code};
}

uint16_t fault_of(const std::string& bytes) {
  const Outcome whole = parse(bytes);
  const Outcome trickled = parse(bytes, 1);
  CHECK(whole.fault == trickled.fault);
  CHECK(whole.log == trickled.log);
  return whole.fault;
}

std::string with_bits(std::string frame, unsigned bits) {
  frame[0] = static_cast<char>(static_cast<unsigned char>(frame[0]) | bits);
  return frame;
}

std::string packed(std::string_view text) {
  Deflater deflater;
  std::string payload;
  REQUIRE(deflater.shorten(text, payload));
  return payload;
}

std::string deflated(std::string_view text, Op opcode = Op::text) {
  return with_bits(client_frame(opcode, packed(text)), kRsv1);
}

const std::string kText = R"({"type":"a.b","data":"Grüße)" + std::string(200, '!') + "\"}";
// "Hello" in a block of its own, and the byte 0xFF.
const std::string kHello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
const std::string kNoText("\xfa\x0f\x00", 3);

}  // namespace

TEST_CASE("compressed and plain messages mix, however their bytes are cut") {
  const std::string payload = packed(kText);
  const std::string bytes =
      deflated(kText) + client_frame(Op::text, "plain") + deflated(kText, Op::binary) +
      with_bits(client_frame(Op::text, payload.substr(0, 9), false), kRsv1) +
      client_frame(Op::ping, "between") + client_frame(Op::continuation, payload.substr(9, 1), false) +
      client_frame(Op::continuation, "", false) + client_frame(Op::continuation, payload.substr(10)) +
      with_bits(client_frame(Op::text, std::string(1, '\0')), kRsv1);
  const std::vector<std::string> expected = {"text:" + kText, "text:plain",    "binary:" + kText,
                                             "ping:between",  "text:" + kText, "text:"};
  for (size_t chunk = 1; chunk <= bytes.size(); ++chunk) {
    const Outcome outcome = parse(bytes, chunk);
    CAPTURE(chunk);
    CHECK(outcome.fault == 0);
    CHECK(outcome.log == expected);
  }
}

TEST_CASE("a compressed message in a fragment a byte is understood") {
  const std::string payload = packed(kText);
  std::string bytes;
  for (size_t i = 0; i < payload.size(); ++i) {
    const std::string frame =
        client_frame(i == 0 ? Op::text : Op::continuation, payload.substr(i, 1), i + 1 == payload.size());
    bytes += i == 0 ? with_bits(frame, kRsv1) : frame;
  }
  CHECK(parse(bytes).log == std::vector<std::string>{"text:" + kText});
}

TEST_CASE("of the reserved bits only RSV1 on the first frame of a data message means something") {
  const std::array<Op, 6> opcodes = {Op::continuation, Op::text, Op::binary, Op::close, Op::ping, Op::pong};
  for (const Op opcode : opcodes) {
    for (unsigned bits = 0; bits <= (kRsv1 | kRsv2 | kRsv3); bits += kRsv3) {
      const bool data = opcode == Op::text || opcode == Op::binary;
      const std::string start = opcode == Op::continuation ? client_frame(Op::text, "", false) : "";
      const std::string payload = bits == kRsv1 ? kHello : opcode == Op::close ? "\x03\xe8" : "Hello";
      INFO(static_cast<int>(opcode) << " " << bits);
      CHECK(fault_of(start + with_bits(client_frame(opcode, payload), bits)) ==
            (bits == 0 || (data && bits == kRsv1) ? 0 : 1002));
    }
  }
}

TEST_CASE("without an agreement every reserved bit is a protocol error") {
  for (unsigned bits = kRsv3; bits <= (kRsv1 | kRsv2 | kRsv3); bits += kRsv3) {
    Seen seen;
    WebSocketParser parser(seen, 1000);
    std::string bytes = with_bits(client_frame(Op::text, kHello), bits);
    CHECK_FALSE(parser.feed(bytes.data(), bytes.size()));
    CHECK(parser.fault().code == 1002);
  }
}

TEST_CASE("damaged data is refused with 1007") {
  CHECK(fault_of(with_bits(client_frame(Op::text, "Hello"), kRsv1)) == 1007);
  CHECK(fault_of(with_bits(client_frame(Op::binary, kHello.substr(0, 4)), kRsv1)) == 1007);
  CHECK(fault_of(with_bits(client_frame(Op::text, kHello + "garbage"), kRsv1)) == 1007);
  CHECK(fault_of(with_bits(client_frame(Op::text, ""), kRsv1)) == 1007);
}

TEST_CASE("text is UTF-8 once it is inflated, and need not be before") {
  CHECK(fault_of(with_bits(client_frame(Op::text, kNoText), kRsv1)) == 1007);
  CHECK(fault_of(with_bits(client_frame(Op::binary, kNoText), kRsv1)) == 0);
  // "é", of which the second byte is missing.
  CHECK(fault_of(with_bits(client_frame(Op::text, std::string("\x3a\x0c\x00", 3)), kRsv1)) == 1007);
  CHECK(fault_of(deflated(kText)) == 0);
}

TEST_CASE("a compressed message is held to the limit before and after") {
  CHECK(parse(deflated(std::string(1000, 'x'))).fault == 0);
  CHECK(parse(deflated(std::string(1001, 'x'))).fault == 1009);
  CHECK(parse(deflated(std::string(10'000'000, 'x'))).fault == 1009);
  const std::string header = with_bits(client_frame(Op::text, std::string(1001, 'x')), kRsv1).substr(0, 8);
  CHECK(parse(header).fault == 1009);
  const std::string half(600, 'x');
  CHECK(parse(with_bits(client_frame(Op::text, half, false), kRsv1) + client_frame(Op::continuation, half))
            .fault == 1009);
}

TEST_CASE("connections that share an inflater do not get into each other's way") {
  Inflater inflater;
  Seen one, two;
  WebSocketParser first(one, 1000, &inflater), second(two, 1000, &inflater);
  std::string a = deflated(kText), b = deflated(R"({"other":")" + std::string(100, 'y') + "\"}");
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i < a.size()) CHECK(first.feed(&a[i], 1));
    if (i < b.size()) CHECK(second.feed(&b[i], 1));
  }
  CHECK(one.log == std::vector<std::string>{"text:" + kText});
  CHECK(two.log.size() == 1);
}

TEST_CASE("a compressed frame of ours is a text frame with RSV1") {
  CHECK(deflated_text_frame(kHello) == "\xc1\x07" + kHello);
  for (const size_t size : {0, 125, 126, 65535, 65536})
    CHECK(payload_of_frame(text_frame(std::string(size, 'x'))) == std::string(size, 'x'));
}
