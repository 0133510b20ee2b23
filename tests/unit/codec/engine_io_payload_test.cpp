#include "codec/engine_io_payload.h"

#include "codec/websocket_frame.h"
#include "support/catch.h"

using namespace relay;
using Packets = std::vector<std::string_view>;

TEST_CASE("a payload is split at 0x1e, and nothing is left out") {
  CHECK(split_engine_io_payload("40") == Packets{"40"});
  CHECK(split_engine_io_payload("40\x1e"
                                "2\x1e"
                                "bAQ==") == Packets{"40", "2", "bAQ=="});
  CHECK(split_engine_io_payload("\x1e") == Packets{"", ""});
  CHECK(split_engine_io_payload("6\x1e") == Packets{"6", ""});
  CHECK(split_engine_io_payload("\x1e"
                                "6") == Packets{"", "6"});
}

TEST_CASE("an empty payload, and one of more than 1024 packets, is none") {
  CHECK_FALSE(split_engine_io_payload(""));
  std::string payload = "6";
  for (size_t packets = 1; packets < kMaxPayloadPackets; ++packets)
    payload +=
        "\x1e"
        "6";
  REQUIRE(split_engine_io_payload(payload));
  CHECK(split_engine_io_payload(payload)->size() == kMaxPayloadPackets);
  CHECK_FALSE(split_engine_io_payload(payload + "\x1e"));
  CHECK_FALSE(split_engine_io_payload(payload + "\x1e"
                                                "6"));
}

TEST_CASE("frames become packets one by one, binary ones as base64") {
  const std::string bytes = text_frame("42[\"x\"]") + binary_frame(std::string_view("\x01\x02\x03", 3)) +
                            text_frame("") + text_frame(std::string(70'000, 'y'));
  std::string_view frames = bytes;
  std::string payload;
  REQUIRE(append_engine_io_packet(payload, frames));
  CHECK(payload == "42[\"x\"]");
  REQUIRE(append_engine_io_packet(payload, frames));
  CHECK(payload ==
        "42[\"x\"]\x1e"
        "bAQID");
  REQUIRE(append_engine_io_packet(payload, frames));
  CHECK(payload ==
        "42[\"x\"]\x1e"
        "bAQID\x1e");
  REQUIRE(append_engine_io_packet(payload, frames));
  CHECK(payload ==
        "42[\"x\"]\x1e"
        "bAQID\x1e\x1e" +
            std::string(70'000, 'y'));
  CHECK(frames.empty());
  const std::string whole = payload;
  CHECK_FALSE(append_engine_io_packet(payload, frames));
  CHECK(payload == whole);
}

TEST_CASE("frames of every length are taken off one by one") {
  const size_t lengths[] = {0, 1, 125, 126, 127, 65'535, 65'536, 200'000};
  std::string bytes;
  for (const size_t length : lengths) {
    const std::string payload(length, static_cast<char>('a' + length % 26));
    bytes += length % 2 == 0 ? text_frame(payload) : binary_frame(payload);
  }
  std::string_view frames = bytes;
  for (const size_t length : lengths) {
    const FrameView frame = take_frame(frames);
    CHECK(frame.opcode == (length % 2 == 0 ? WebSocketOpcode::text : WebSocketOpcode::binary));
    CHECK(frame.payload == std::string(length, static_cast<char>('a' + length % 26)));
  }
  CHECK(frames.empty());
  CHECK(payload_of_frame(text_frame("only")) == "only");
}
