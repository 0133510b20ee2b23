#include <string>
#include <vector>

#include "cli/bench/client_frame.h"
#include "cli/bench/server_frame.h"
#include "support/catch.h"

namespace relay {
namespace {

/// Notes what the server's own parser finds.
class Messages final : public WebSocketHandler {
 public:
  void on_message(bool text, std::string_view message) override {
    found.push_back((text ? "t" : "b") + std::string(message));
  }
  void on_ping(std::string_view payload) override { found.push_back("ping" + std::string(payload)); }
  void on_pong(std::string_view payload) override { found.push_back("pong" + std::string(payload)); }
  void on_close(uint16_t, std::string_view) override { found.push_back("close"); }

  std::vector<std::string> found;
};

std::vector<std::string> read_all(const std::string& bytes, size_t chunk_bytes) {
  ServerFrameReader reader;
  std::vector<std::string> payloads;
  for (size_t at = 0; at < bytes.size(); at += chunk_bytes) {
    const std::string chunk = bytes.substr(at, chunk_bytes);
    reader.feed(chunk);
    ServerFrameReader::Frame frame;
    ServerFrameReader::Outcome outcome = reader.next(frame);
    for (; outcome == ServerFrameReader::Outcome::frame; outcome = reader.next(frame))
      payloads.push_back(std::to_string(static_cast<int>(frame.opcode)) + std::string(frame.payload));
    if (outcome == ServerFrameReader::Outcome::broken) return {"broken"};
  }
  return payloads;
}

TEST_CASE("a client's frames are masked and read by the relay's strict parser") {
  ClientFrameWriter writer(1);
  std::string bytes;
  std::vector<std::string> expected;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{7}, size_t{125}, size_t{126}, size_t{65'536}}) {
    const std::string payload(size, 'x');
    writer.append(bytes, WebSocketOpcode::text, payload);
    expected.push_back("t" + payload);
  }
  writer.append(bytes, WebSocketOpcode::ping, "12345678");
  expected.push_back("ping12345678");
  CHECK(bytes.find("xxxxxxxx") == std::string::npos);
  Messages messages;
  WebSocketParser parser(messages, 1 << 20);
  REQUIRE(parser.feed(bytes.data(), bytes.size()));
  CHECK(messages.found == expected);
}

TEST_CASE("every frame has a mask of its own") {
  ClientFrameWriter writer(7);
  std::string first;
  std::string second;
  writer.append(first, WebSocketOpcode::text, "same");
  writer.append(second, WebSocketOpcode::text, "same");
  CHECK(first != second);
}

TEST_CASE("a server's frames are read whole however the stream is cut") {
  const std::string small(300, 's');
  const std::string large(70'000, 'l');
  const std::string bytes = text_frame("") + text_frame(small) + control_frame(WebSocketOpcode::ping, "p") +
                            text_frame(large) + text_frame("end");
  const std::vector<std::string> expected{"1", "1" + small, "9p", "1" + large, "1end"};
  for (const size_t chunk_bytes :
       {size_t{1}, size_t{2}, size_t{3}, size_t{299}, size_t{4096}, bytes.size()}) {
    CAPTURE(chunk_bytes);
    CHECK(read_all(bytes, chunk_bytes) == expected);
  }
}

TEST_CASE("frames that no server may send are broken") {
  ClientFrameWriter writer(1);
  std::string masked;
  writer.append(masked, WebSocketOpcode::text, "x");
  const std::string reserved_bit("\xC1\x01x", 3);
  const std::string reserved_opcode("\x83\x01x", 3);
  const std::string endless("\x81\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10);
  for (const std::string& bytes : {masked, reserved_bit, reserved_opcode, endless}) {
    CHECK(read_all(bytes, bytes.size()) == std::vector<std::string>{"broken"});
    CHECK(read_all(bytes, 1) == std::vector<std::string>{"broken"});
  }
}

}  // namespace
}  // namespace relay
