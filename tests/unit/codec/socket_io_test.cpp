#include <string>

#include "codec/socket_io.h"
#include "support/catch.h"

using namespace relay;

namespace {

bool refused(std::string_view text) {
  const auto packet = decode_socket_io(text);
  return !packet && packet.error().code == "bad_packet";
}

}  // namespace

TEST_CASE("a packet of every kind is read") {
  auto packet = decode_socket_io("0");
  REQUIRE(packet);
  CHECK(packet->type == SocketIoType::connect);
  CHECK(packet->namespace_ == "/");
  CHECK(packet->payload.empty());

  packet = decode_socket_io(R"(0/custom,{"token":1})");
  REQUIRE(packet);
  CHECK(packet->namespace_ == "/custom");
  CHECK(packet->payload == R"({"token":1})");

  packet = decode_socket_io("0/custom");
  REQUIRE(packet);
  CHECK(packet->namespace_ == "/custom");

  packet = decode_socket_io(R"(2/custom,12["a",1])");
  REQUIRE(packet);
  CHECK(packet->type == SocketIoType::event);
  CHECK(packet->has_id);
  CHECK(packet->id == 12);
  CHECK(packet->payload == R"(["a",1])");

  packet = decode_socket_io("1/custom,");
  REQUIRE(packet);
  CHECK(packet->type == SocketIoType::disconnect);

  packet = decode_socket_io("31[]");
  REQUIRE(packet);
  CHECK(packet->type == SocketIoType::ack);
  CHECK(packet->id == 1);

  packet =
      decode_socket_io(R"(52-/custom,7["a",{"_placeholder":true,"num":1},{"num":0,"_placeholder":true}])");
  REQUIRE(packet);
  CHECK(packet->type == SocketIoType::binary_event);
  CHECK(packet->attachments == 2);
  CHECK(packet->id == 7);

  CHECK(decode_socket_io(R"(61-3[{"_placeholder":true,"num":0}])"));
  CHECK(decode_socket_io("2[5]"));
}

TEST_CASE("an event or ack that says nothing is accepted") {
  CHECK(decode_socket_io("2"));
  CHECK(decode_socket_io("3"));
  CHECK(decode_socket_io("3[]"));
}

TEST_CASE("an unknown type and an empty packet are refused") {
  for (const char* text : {"", "7", "9", "a"}) CHECK(refused(text));
}

TEST_CASE("only a server sends CONNECT_ERROR") { CHECK(refused(R"(4{"message":"x"})")); }

TEST_CASE("a CONNECT whose payload is no object is refused") {
  for (const char* text : {"0[]", "0\"x\"", "0/a,true", "0{"}) CHECK(refused(text));
}

TEST_CASE("a DISCONNECT with payload is refused") { CHECK(refused("1[]")); }

TEST_CASE("an event that is no array with a name is refused") {
  for (const char* text : {"2{}", "2[true]", "2[]", "2[null]", "2[[\"a\"]]", R"(2[{"toString":"foo"}])",
                           "2\"a\"", "2[\"a\"", "2[\"a\"]x", "2[\"a\",NaN]"})
    CHECK(refused(text));
}

TEST_CASE("reserved event names are refused, escaped too") {
  for (const char* text :
       {"2[\"connect\"]", "2[\"connect_error\"]", "2[\"disconnect\"]", "2[\"disconnecting\"]",
        "2[\"newListener\"]", "2[\"removeListener\"]", R"(2["\u0063onnect"])"})
    CHECK(refused(text));
}

TEST_CASE("a bad number of attachments is refused") {
  for (const char* text : {"5", "51", "5a-", "51.23-", "5-[\"x\"]", "50-[\"x\"]", "511-[\"x\"]",
                           "5999999-[\"x\"]", "51-", "51-[]"})
    CHECK(refused(text));
  CHECK(decode_socket_io("510-[\"x\"]"));
  CHECK(refused("5" + std::string(1'000'000, '9') + "-"));
}

TEST_CASE("a placeholder that names no attachment is refused") {
  const auto with = [](const std::string& num) {
    return R"(51-["a",{"b":[{"_placeholder":true,"num":)" + num + "}]}]";
  };
  CHECK(decode_socket_io(with("0")));
  for (const char* num : {"1", "-1", "1e9", "\"length\"", "\"0\"", "0.5", "null", "[0]", "{}"})
    CHECK(refused(with(num)));
  CHECK(refused(R"(51-["a",{"_placeholder":true}])"));
  CHECK(refused(R"(51-["a",{"\u005fplaceholder":true,"num":4}])"));
  CHECK(decode_socket_io(R"(51-["a",{"_placeholder":false,"num":4},{"num":7}])"));
}

TEST_CASE("an acknowledgement id has at most nineteen digits") {
  CHECK(decode_socket_io("2" + std::string(19, '9') + "[\"a\"]"));
  CHECK(refused("2" + std::string(20, '9') + "[\"a\"]"));
}

TEST_CASE("a namespace has at most 256 bytes") {
  CHECK(decode_socket_io("0/" + std::string(255, 'a')));
  CHECK(refused("0/" + std::string(256, 'a')));
  CHECK(refused("0/" + std::string(10'000, 'a') + ","));
}

TEST_CASE("nesting without end is refused within bounds") {
  CHECK(refused("2[\"a\"," + std::string(1'000'000, '[')));
}

TEST_CASE("packets are written as clients expect them") {
  std::string text;
  append_socket_io_event(text, "/", "agent_update", R"({"a":1})");
  CHECK(text == R"(42["agent_update",{"a":1}])");
  text.clear();
  append_socket_io_event(text, "/custom", "x\"y", "");
  CHECK(text == R"(42/custom,["x\"y"])");
  CHECK(encode_socket_io_connect("/", "s1") == R"(40{"sid":"s1"})");
  CHECK(encode_socket_io_connect("/custom", "s1") == R"(40/custom,{"sid":"s1"})");
  CHECK(encode_socket_io_connect_error("/x", "Invalid namespace") ==
        R"(44/x,{"message":"Invalid namespace"})");
  CHECK(encode_socket_io_disconnect("/custom") == "41/custom,");
  CHECK(encode_socket_io_disconnect("/") == "41");
  CHECK(encode_socket_io_ack("/", 7, R"([{"ok":true}])") == R"(437[{"ok":true}])");
}

TEST_CASE("an event with attachments says how many follow it") {
  std::string text;
  append_socket_io_event(text, "/", "e", R"({"_placeholder":true,"num":0},1)", 2);
  CHECK(text == R"(452-["e",{"_placeholder":true,"num":0},1])");
  text.clear();
  append_socket_io_event(text, "/ns", "e\"", "", 10);
  CHECK(text == R"(4510-/ns,["e\""])");
}
