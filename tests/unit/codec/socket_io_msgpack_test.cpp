#include "codec/socket_io_msgpack.h"

#include <string>
#include <string_view>
#include <vector>

#include "codec/msgpack.h"
#include "codec/socket_io.h"
#include "support/catch.h"

using namespace relay;
using std::string_literals::operator""s;

namespace {

std::string hex(std::string_view digits) {
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

// The message whose map `json` is, `{"_placeholder":true,"num":N}` for binary.
std::string message(std::string_view json, const std::vector<std::string>& attachments = {}) {
  std::string bytes;
  append_msgpack(bytes, json, attachments);
  return bytes;
}

// The packet's text, once both codecs took it; or why not.
std::string read(std::string_view bytes) {
  const auto packet = decode_socket_io_msgpack(bytes);
  if (!packet) {
    CHECK(packet.error().code == "bad_packet");
    return packet.error().message;
  }
  const auto judged = decode_socket_io(packet->text);
  return judged ? packet->text : judged.error().message;
}
std::string read_json(std::string_view json) { return read(message(json)); }

// Made by notepack.io 2.2.0.
const std::string kEvent =
    hex("84a47479706502a46461746192ac6167656e745f75706461746584a16e01a166cb3fe0000000000000a173a3c3a90aa16c98"
        "c3c2c0ff"
        "d1ff38ce00011170cf0000000100000000d3fffffffeffffffffa36e7370a72f637573746f6da269640c");
const std::string kBinaryEvent =
    hex("84a47479706502a46461746193a161c40301020383a164d7000000019cb624f000a175d40000a161c702000908a76f707469"
        "6f6e7381a8"
        "636f6d7072657373c3a36e7370a12f");
const std::string kConnect = hex("83a47479706500a464617461d40000a36e7370a12f");

constexpr const char* kEventText = R"(2/custom,12["agent_update",{"n":1,"f":0.5,"s":"é\n","l":)"
                                   R"([true,false,null,-1,-200,70000,4294967296,-4294967297]}])";

}  // namespace

TEST_CASE("packets of socket.io-msgpack-parser are read as the text they stand for") {
  CHECK(read(kConnect) == "0");
  CHECK(read(kEvent) == kEventText);
  const auto packet = decode_socket_io_msgpack(kBinaryEvent);
  REQUIRE(packet);
  CHECK(packet->text == R"(52-["a",{"_placeholder":true,"num":0},{"d":"2026-03-04T00:00:00.000Z","u":null,)"
                        R"("a":{"_placeholder":true,"num":1}}])");
  CHECK(packet->attachments == std::vector<std::string>{"\1\2\3", "\x09\x08"});
  CHECK(decode_socket_io(packet->text)->attachments == 2);
}

TEST_CASE("packets are written as socket.io-msgpack-parser writes them") {
  CHECK(encode_socket_io_msgpack(kEventText) == kEvent);
  CHECK(encode_socket_io_msgpack("1/a,") == message(R"({"type":1,"nsp":"/a"})"));
  CHECK(encode_socket_io_msgpack("1") == message(R"({"type":1,"nsp":"/"})"));
  CHECK(encode_socket_io_msgpack(R"(0{"sid":"x"})") == message(R"({"type":0,"data":{"sid":"x"},"nsp":"/"})"));
  CHECK(encode_socket_io_msgpack(R"(4/n,{"message":"x"})") ==
        message(R"({"type":4,"data":{"message":"x"},"nsp":"/n"})"));
  CHECK(encode_socket_io_msgpack(R"(37[{"ok":true}])") ==
        message(R"({"type":3,"data":[{"ok":true}],"nsp":"/","id":7})"));
  CHECK(encode_socket_io_msgpack(R"(2["a",[1,2]])") == message(R"({"type":2,"data":["a",[1,2]],"nsp":"/"})"));
}

TEST_CASE("attachments are written in their places") {
  const std::string data = R"(["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";
  const std::vector<std::string> attachments = {"x", "yz"};
  CHECK(encode_socket_io_msgpack("52-/n,3" + data, attachments) ==
        message(R"({"type":2,"data":)" + data + R"(,"nsp":"/n","id":3})", attachments));
  CHECK(encode_socket_io_msgpack("62-3" + data, attachments) ==
        message(R"({"type":3,"data":)" + data + R"(,"nsp":"/","id":3})", attachments));
  CHECK(encode_socket_io_msgpack("2" + data) == message(R"({"type":2,"data":)" + data + R"(,"nsp":"/"})"));
}

TEST_CASE("members come in any order, and unknown ones are skipped") {
  CHECK(read_json(R"({"nsp":"/a","id":0,"options":{"compress":true},"data":["x"],"type":2,"more":[[]]})") ==
        R"(2/a,0["x"])");
  CHECK(read_json(R"({"type":3,"id":5,"nsp":"/","data":[]})") == "35[]");
}

TEST_CASE("an id or data that is nil is none") {
  CHECK(read_json(R"({"type":1,"data":null,"nsp":"/a","id":null})") == "1/a,");
  CHECK(read_json(R"({"type":2,"nsp":"/"})") == "2");
}

TEST_CASE("a packet without a type or namespace of its kind is refused") {
  CHECK(read_json(R"({"data":[],"nsp":"/"})") == "the packet has no type");
  CHECK(read_json(R"({"type":2,"data":["a"]})") == "the packet has no namespace");
  for (const char* type : {"5", "6", "-1", "256", "\"2\"", "2.5", "null", "[]"})
    CHECK(read_json(R"({"type":)" + std::string(type) + R"(,"data":["a"],"nsp":"/"})") ==
          "unknown packet type");
  CHECK(read_json(R"({"type":4,"data":{"message":"x"},"nsp":"/"})") == "only a server refuses a connection");
  for (const char* name : {"", "a", "a/", "/a,2", "/,"})
    CHECK(read_json(R"({"type":0,"nsp":")" + std::string(name) + "\"}") ==
          "a namespace begins with / and has no comma");
  CHECK(read_json(R"({"type":0,"nsp":7})") == "a string is missing");
  CHECK(read_json(R"({"type":0,"nsp":"/)" + std::string(256, 'a') + "\"}") ==
        "the namespace is longer than 256 bytes");
}

TEST_CASE("an id is a whole number of at most nineteen digits") {
  CHECK(read_json(R"({"type":2,"data":["a"],"nsp":"/","id":9999999999999999999})") ==
        R"(29999999999999999999["a"])");
  CHECK(read_json(R"({"type":2,"data":["a"],"nsp":"/","id":10000000000000000000})") ==
        "the acknowledgement id is longer than 19 digits");
  for (const char* id : {"-1", "1.5", "\"1\"", "[]", "true"})
    CHECK(read_json(R"({"type":2,"data":["a"],"nsp":"/","id":)" + std::string(id) + "}") ==
          "the acknowledgement id is not a whole number from 0");
}

TEST_CASE("data is what its type has in the text codec") {
  const auto with = [](int type, const std::string& data) {
    return read_json(R"({"type":)" + std::to_string(type) + R"(,"nsp":"/","data":)" + data + "}");
  };
  CHECK(with(0, "[]") == "the payload of CONNECT is an object");
  CHECK(with(1, "{}") == "DISCONNECT has no payload");
  CHECK(with(2, "{}") == "the payload of EVENT is an array");
  CHECK(with(2, "[]") == "an event begins with its name");
  CHECK(with(2, "[null]") == "an event begins with its name");
  CHECK(with(2, "[\"connect\"]") == "this event name is reserved");
  CHECK(with(3, "{}") == "the payload of ACK is an array");
  for (const char* data : {"5", "-5", "\"a\"", "true", "1.5"})
    for (const int type : {0, 1, 2, 3}) CHECK(with(type, data) == "the payload is no array and no object");
}

TEST_CASE("a member that comes twice is refused") {
  CHECK(read_json(R"({"type":2,"type":2,"nsp":"/"})") == "the packet has two types");
  CHECK(read_json(R"({"type":2,"nsp":"/","nsp":"/"})") == "the packet has two namespaces");
  CHECK(read_json(R"({"type":2,"nsp":"/","id":1,"id":1})") == "the packet has two ids");
  CHECK(read_json(R"({"type":2,"nsp":"/","data":[],"data":[]})") == "the packet has data twice");
}

TEST_CASE("one to ten attachments are possible, in events and acknowledgements") {
  const auto with = [](int type, size_t count) {
    std::string data = type == 0 ? "[" : "[\"a\"";
    for (size_t i = 0; i < count; ++i) data += R"(,{"_placeholder":true,"num":)" + std::to_string(i) + "}";
    if (type == 0) data = R"({"a":{"_placeholder":true,"num":0})";
    const std::string end = type == 0 ? "}" : "]";
    return read(message(R"({"type":)" + std::to_string(type) + R"(,"nsp":"/","data":)" + data + end + "}",
                        std::vector<std::string>(count)));
  };
  CHECK(with(2, 10).starts_with("510-[\"a\","));
  CHECK(with(3, 1).starts_with("61-[\"a\","));
  CHECK(with(2, 11) == "too many binary values; send fewer in one message");
  CHECK(with(0, 1) == "only EVENT and ACK have attachments");
  CHECK(read("\x83\xA4type\2\xA3nsp\xA1/\xA1x\xC4\0"s) == "binary is possible inside data only");
}

TEST_CASE("a placeholder that a client wrote itself names an attachment that came") {
  const std::string forged = R"(["a",{"_placeholder":true,"num":7}])";
  CHECK(read_json(R"({"type":2,"nsp":"/","data":)" + forged + "}") == "2" + forged);
  const std::string both = R"(["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":7}])";
  CHECK(read(message(R"({"type":2,"nsp":"/","data":)" + both + "}", {"x"})) ==
        "a placeholder names no attachment");
}

TEST_CASE("what is no map, is cut anywhere or has more behind it is refused") {
  for (const auto& bytes : {""s, "\x90"s, "\xC0"s, "2[\"a\"]"s, "\x81\1\2"s, "\xC1"s})
    CHECK_FALSE(decode_socket_io_msgpack(bytes));
  for (const std::string& whole : {kEvent, kBinaryEvent, kConnect})
    for (size_t size = 0; size < whole.size(); ++size)
      CHECK_FALSE(decode_socket_io_msgpack(std::string_view(whole).substr(0, size)));
  CHECK(read(kEvent + '\0') == "bytes follow the packet");
}

TEST_CASE("data is nested as deep as in a text packet") {
  const auto with = [](size_t depth) {
    const std::string nested = "[\"a\"," + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "]";
    return read_json(R"({"type":2,"nsp":"/","data":)" + nested + "}");
  };
  CHECK(with(64).starts_with("2[\"a\",[["));
  CHECK(with(65) == "nested deeper than 64 levels");
}
