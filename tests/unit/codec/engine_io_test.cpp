#include "codec/engine_io.h"
#include "support/catch.h"

using namespace relay;

TEST_CASE("the open packet has exactly the keys clients read") {
  CHECK(encode_engine_io_open({"abc", false, 25000, 60000, 1000000}) ==
        R"(0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000})");
  CHECK(encode_engine_io_open({"abc", true, 300, 200, 1}) ==
        R"(0{"sid":"abc","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200,"maxPayload":1})");
}

TEST_CASE("a packet is its type and the rest") {
  const auto packet = decode_engine_io("42[\"a\"]");
  REQUIRE(packet);
  CHECK(packet->type == EngineIoType::message);
  CHECK(packet->payload == "2[\"a\"]");
  CHECK(decode_engine_io("3")->type == EngineIoType::pong);
}

TEST_CASE("an empty packet and unknown types are refused") {
  for (const char* text : {"", "7", "8", "x", " 4", "b"}) CHECK_FALSE(decode_engine_io(text).has_value());
}

TEST_CASE("binary in text is b and base64") {
  CHECK(decode_engine_io_binary("bAQID") == "\x01\x02\x03");
  CHECK(decode_engine_io_binary("b") == "");
  CHECK_FALSE(decode_engine_io_binary("bAQ").has_value());
  CHECK_FALSE(decode_engine_io_binary("AQID").has_value());
}
