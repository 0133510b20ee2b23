// The sessions of clients that use socket.io-msgpack-parser.

#include "codec/socket_io_msgpack.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base64.h"
#include "codec/websocket_frame.h"
#include "session/gather.h"
#include "support/socket_io_client.h"

using namespace relay;
using namespace relay::test;

namespace {

/// A SocketIoClient whose packets are written and read as text and travel as MessagePack.
struct MsgpackClient : SocketIoClient {
  explicit MsgpackClient(SessionRequest request = {}, Config config = quick_config())
      : SocketIoClient(std::move(config), std::move(request)) {
    take();
  }

  static std::string bytes_of(std::string_view packet, const std::vector<std::string>& attachments = {}) {
    return encode_socket_io_msgpack(packet, attachments);
  }
  Texts take_packets() { return packets_of(take_bytes(*session)); }
  /// Binary messages as `b` and the text they stand for, text as it is.
  static Texts packets_of(std::string_view frames) {
    Texts packets;
    while (!frames.empty()) {
      CHECK((frames[0] & 0x40) == 0);
      const FrameView frame = take_frame(frames);
      if (frame.opcode == WebSocketOpcode::text)
        packets.emplace_back(frame.payload);
      else
        packets.push_back("b" + decode_socket_io_msgpack(frame.payload).value().text);
    }
    return packets;
  }
  Texts say(std::string_view packet, const std::vector<std::string>& attachments = {}) {
    session->receive_binary(bytes_of(packet, attachments));
    return take_packets();
  }
  bool closes(std::string_view message) {
    session->receive_binary(message);
    return transport.close_code == websocket_close::kProtocolError;
  }
};

SessionRequest deflating() {
  SessionRequest request;
  request.coding = FrameCoding::deflated;
  return request;
}

}  // namespace

TEST_CASE("a client whose first message is binary is answered in MessagePack") {
  MsgpackClient client;
  const Texts joined = client.say("0");
  REQUIRE(joined.size() == 2);
  CHECK(joined[0].starts_with(R"(b0{"sid":")"));
  CHECK(joined[1].starts_with(R"(b2["connection_established",{"client_id":")"));
  CHECK(client.say(R"(20["join","team"])") == Texts{R"(b30[{"ok":true}])"});
  CHECK(client.say("1").empty());
  CHECK_FALSE(client.transport.closed());
}

TEST_CASE("the same comes by long polling as base64") {
  MsgpackClient client;
  client.session->receive_text("b" + encode_base64(client.bytes_of("0/custom,")));
  const Texts joined = client.take_packets();
  REQUIRE(joined.size() == 2);
  CHECK(joined[0].starts_with(R"(b0/custom,{"sid":")"));
  client.session->receive_text("b" + encode_base64(client.bytes_of(R"(2/custom,7["leave","nowhere"])")));
  CHECK(client.take_packets()[0].starts_with(R"(b3/custom,7[{"ok":false,"code":"not_joined")"));
}

TEST_CASE("Engine.IO's own packets stay text") {
  MsgpackClient client;
  client.say("0");
  client.bench.advance_ms(10'000);
  CHECK(client.take_packets() == Texts{"2"});
  client.session->receive_text("3");
  client.bench.advance_ms(10'000);
  CHECK(client.take_packets() == Texts{"2"});
  CHECK_FALSE(client.transport.closed());
}

TEST_CASE("events come in MessagePack, one by one, in bundles and by subscription") {
  MsgpackClient client(GENERATE(SessionRequest(), deflating()));
  client.say("0");
  client.bench.publish({.type = "agent.x", .data = '"' + std::string(500, 'x') + '"'});
  CHECK(client.take_packets()[0].starts_with(R"(b2["agent_update",{"type":"agent.x")"));
  client.bench.publish_many(5, {.type = "agent.y"});
  Gather first;
  client.session->outbox().drain_one(first, SIZE_MAX);
  CHECK(client.session->outbox().empty());
  std::string bytes;
  for (const std::string_view piece : first.pieces()) bytes += piece;
  const Texts bundle = MsgpackClient::packets_of(bytes);
  CHECK(bundle.size() == 5);
  for (const std::string& each : bundle) CHECK(each.starts_with(R"(b2["agent_update",{"type":"agent.y")"));
  client.say(R"(2["subscribe",{"match":["custom.**"]}])");
  client.bench.publish({.type = "custom.z"});
  CHECK(client.take_packets()[0].starts_with(R"(b2["event",{"type":"custom.z")"));
}

TEST_CASE("clients of both parsers hear the same events, each its own way") {
  MsgpackClient client;
  client.say("0");
  FakeTransport transport;
  SocketIoSession text("text", client.bench.services, transport);
  REQUIRE(text.start({}));
  text.receive_text("40");
  take_texts(text);
  client.bench.publish_many(3);
  Texts expected;
  for (const std::string& packet : take_texts(text)) expected.push_back("b" + packet.substr(1));
  CHECK(expected.size() == 3);
  CHECK(client.take_packets() == expected);
  text.closed("");
}

TEST_CASE("attachments come within the packet, and the next packet is welcome") {
  MsgpackClient client;
  client.say("0");
  const std::string event = R"(52-4["join",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";
  const Texts answer = client.say(event, {"one", "two"});
  REQUIRE(answer.size() == 1);
  CHECK(answer[0].starts_with(R"(b34[{"ok":false)"));
  CHECK(client.say(R"(61-9[{"_placeholder":true,"num":0}])", {"x"}).empty());
  CHECK(client.say(R"(25["join","team"])") == Texts{R"(b35[{"ok":true}])"});
  client.bench.advance_ms(14'000);
  CHECK_FALSE(client.transport.closed());
}

TEST_CASE("an event is published as it would be from text") {
  MsgpackClient client;
  client.say("0");
  client.say(R"(21["publish","agent.idle",{"n":[1,-2.5,"é"]}])");
  REQUIRE(client.bench.publisher.submissions.size() == 1);
  const auto& submission = client.bench.publisher.submissions[0];
  const uint64_t token = submission.token;
  CHECK(submission.events.at(0)->data() == R"({"n":[1,-2.5,"é"]})");
  client.session->published(token, {5, 5, 1, 0, ""});
  CHECK(client.take_packets() == Texts{R"(b31[{"ok":true,"offset":5}])"});
}

TEST_CASE("what the protocol forbids closes the connection, in MessagePack too") {
  for (const char* packet : {"2{}", "2[true]", "2[\"connect\"]", "1[]", "0", R"(4{"message":"x"})"}) {
    CAPTURE(packet);
    MsgpackClient client;
    client.say("0");
    CHECK(client.closes(client.bytes_of(packet)));
    CHECK(client.bench.counters.messages_refused == 1);
  }
  for (const std::string& bytes :
       {std::string(), std::string("\xC1"), std::string("\x80"), std::string("2[\"a\"]")}) {
    MsgpackClient client;
    CHECK(client.closes(bytes));
  }
  CHECK(MsgpackClient().closes(MsgpackClient::bytes_of(R"(2["a"])")));
}

TEST_CASE("a client keeps the parser that it began with") {
  MsgpackClient binary;
  binary.say("0");
  CHECK(binary.closes_on("42[\"a\"]"));
  MsgpackClient text;
  text.join();
  CHECK(text.closes(text.bytes_of("2[\"a\"]")));
}

TEST_CASE("a packet that closes the connection takes its attachments with it") {
  MsgpackClient client;
  CHECK(client.closes(client.bytes_of(R"(51-["a",{"_placeholder":true,"num":0}])", {"x"})));
  CHECK(client.transport.close_reason == "EVENT before CONNECT");
  CHECK(client.bench.counters.messages_refused == 1);
}
