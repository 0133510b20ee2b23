#include <string>
#include <vector>

#include "codec/websocket_frame.h"
#include "support/catch.h"

using namespace relay;

namespace {

struct Seen final : WebSocketHandler {
  void on_message(bool text, std::string_view message) override {
    log.push_back((text ? "text:" : "binary:") + std::string(message));
    if (parser_to_stop != nullptr) parser_to_stop->stop();
  }
  void on_ping(std::string_view payload) override { log.push_back("ping:" + std::string(payload)); }
  void on_pong(std::string_view payload) override { log.push_back("pong:" + std::string(payload)); }
  void on_close(uint16_t code, std::string_view reason) override {
    log.push_back("close:" + std::to_string(code) + ":" + std::string(reason));
  }
  std::vector<std::string> log;
  WebSocketParser* parser_to_stop = nullptr;
};

constexpr unsigned kFin = 0x80;
constexpr unsigned kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;

// The bytes of a client's frame; `length_bytes` forces a form of the length.
std::string frame(unsigned first, std::string_view payload, int length_bytes = -1) {
  const std::string mask = "\x37\xfa\x21\x3d";
  std::string bytes(1, static_cast<char>(first));
  if (length_bytes < 0) length_bytes = payload.size() < 126 ? 0 : payload.size() < 65536 ? 2 : 8;
  const unsigned code = length_bytes == 0   ? static_cast<unsigned>(payload.size())
                        : length_bytes == 2 ? 126
                                            : 127;
  bytes += static_cast<char>(0x80 | code);
  for (int i = length_bytes - 1; i >= 0; --i) bytes += static_cast<char>(uint64_t{payload.size()} >> (8 * i));
  bytes += mask;
  for (size_t i = 0; i < payload.size(); ++i) bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
  return bytes;
}

std::string close_payload(unsigned code, std::string_view reason = "") {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + std::string(reason);
}

struct Outcome {
  std::vector<std::string> log;
  uint16_t fault = 0;
};

Outcome parse(std::string bytes, size_t chunk = SIZE_MAX, size_t max_message = 1000) {
  Seen seen;
  WebSocketParser parser(seen, max_message);
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

}  // namespace

TEST_CASE("messages come out the same however their bytes are cut") {
  const std::string long_text(300, 'x');
  const std::string bytes = frame(kFin | kText, "hello") + frame(kFin | kBinary, std::string("\0\xff", 2)) +
                            frame(kText, "a\xc3") + frame(kFin | kPing, "p") + frame(0, "\xa9") +
                            frame(kFin, "b") + frame(kFin | kText, "") + frame(kFin | kText, long_text) +
                            frame(kFin | kPong, "") + frame(kFin | kClose, close_payload(1000, "bye"));
  const std::vector<std::string> expected = {"text:hello",
                                             "binary:" + std::string("\0\xff", 2),
                                             "ping:p",
                                             "text:a\xc3\xa9"
                                             "b",
                                             "text:",
                                             "text:" + long_text,
                                             "pong:",
                                             "close:1000:bye"};
  for (size_t chunk = 1; chunk <= bytes.size(); ++chunk) {
    const Outcome outcome = parse(bytes, chunk);
    CAPTURE(chunk);
    CHECK(outcome.fault == 0);
    CHECK(outcome.log == expected);
  }
}

TEST_CASE("every cut of a frame in two gives the same message") {
  const std::string text = "Grüße, Welt – 20 bytes and more";
  const std::string bytes = frame(kFin | kText, text);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    std::string first = bytes.substr(0, cut), second = bytes.substr(cut);
    Seen seen;
    WebSocketParser parser(seen, 1000);
    CHECK(parser.feed(first.data(), first.size()));
    CHECK(parser.feed(second.data(), second.size()));
    CHECK(seen.log == std::vector<std::string>{"text:" + text});
    CHECK_FALSE(parser.in_message());
  }
}

TEST_CASE("two hundred frames in one segment are all handled") {
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes += frame(kFin | kText, std::to_string(i));
  CHECK(parse(bytes).log.size() == 200);
}

TEST_CASE("an unmasked frame is a protocol error") { CHECK(fault_of("\x81\x02hi") == 1002); }

TEST_CASE("a reserved bit is a protocol error") {
  for (const unsigned bit : {0x40u, 0x20u, 0x10u}) CHECK(fault_of(frame(kFin | bit | kText, "x")) == 1002);
}

TEST_CASE("a reserved opcode is a protocol error") {
  for (const unsigned opcode : {3u, 4u, 7u, 11u, 15u}) CHECK(fault_of(frame(kFin | opcode, "x")) == 1002);
}

TEST_CASE("a fragmented or long control frame is a protocol error") {
  CHECK(fault_of(frame(kPing, "x")) == 1002);
  CHECK(fault_of(frame(kFin | kPing, std::string(126, 'x'))) == 1002);
  CHECK(fault_of(frame(kFin | kPing, std::string(125, 'x'))) == 0);
}

TEST_CASE("a continuation without a message is a protocol error") {
  CHECK(fault_of(frame(kFin, "x")) == 1002);
}

TEST_CASE("a new message inside a fragmented one is a protocol error") {
  CHECK(fault_of(frame(kText, "a") + frame(kFin | kText, "b")) == 1002);
}

TEST_CASE("a length with its highest bit set is refused from the header alone") {
  const std::string header = std::string("\x82\xff") + std::string(1, '\x80') + std::string(7, '\0') + "mask";
  CHECK(fault_of(header) == 1002);
}

TEST_CASE("a length that could be written shorter is a protocol error") {
  CHECK(fault_of(frame(kFin | kText, "short", 2)) == 1002);
  CHECK(fault_of(frame(kFin | kText, std::string(300, 'x'), 8)) == 1002);
}

TEST_CASE("a message that announces too much is refused before its payload") {
  CHECK(fault_of(frame(kFin | kText, std::string(1001, 'x')).substr(0, 8)) == 1009);
  CHECK(fault_of(frame(kFin | kText, std::string(1000, 'x'))) == 0);
}

TEST_CASE("fragments together are held to the limit too") {
  CHECK(fault_of(frame(kText, std::string(600, 'x')) + frame(kFin, std::string(401, 'x'))) == 1009);
  CHECK(fault_of(frame(kText, std::string(600, 'x')) + frame(kFin, std::string(400, 'x'))) == 0);
}

TEST_CASE("text that is not UTF-8 is refused at its first bad byte") {
  for (const char* bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x28\xa1", "\x80"})
    CHECK(fault_of(frame(kFin | kText, bad)) == 1007);
  CHECK(parse(frame(kText, "ok \xff") + "rest that is never looked at").fault == 1007);
}

TEST_CASE("a character split over fragments is fine and one cut off is not") {
  CHECK(fault_of(frame(kText, "\xf0\x9f") + frame(0, "\x98") + frame(kFin, "\x80")) == 0);
  CHECK(fault_of(frame(kText, "\xf0\x9f") + frame(kFin, "")) == 1007);
  CHECK(fault_of(frame(kText, "\xf0\x9f") + frame(kFin, "x")) == 1007);
}

TEST_CASE("binary may be any bytes") { CHECK(fault_of(frame(kFin | kBinary, "\xff\xfe\xc0")) == 0); }

TEST_CASE("a close frame of one byte or with an invalid code is a protocol error") {
  CHECK(fault_of(frame(kFin | kClose, "\x03")) == 1002);
  for (const unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 2999u, 5000u, 65535u})
    CHECK(fault_of(frame(kFin | kClose, close_payload(code))) == 1002);
  for (const unsigned code : {1000u, 1003u, 1007u, 1014u, 3000u, 4999u})
    CHECK(fault_of(frame(kFin | kClose, close_payload(code))) == 0);
}

TEST_CASE("a close reason that is not UTF-8 is refused") {
  CHECK(fault_of(frame(kFin | kClose, close_payload(1000, "\xff"))) == 1007);
}

TEST_CASE("a close frame without a code says 1005, and nothing after it counts") {
  const Outcome outcome = parse(frame(kFin | kClose, "") + frame(kFin | kText, "late"));
  CHECK(outcome.log == std::vector<std::string>{"close:1005:"});
}

TEST_CASE("more than 1,024 fragments in a message are refused") {
  std::string bytes = frame(kText, "x");
  for (int i = 0; i < 1023; ++i) bytes += frame(0, "");
  CHECK(parse(bytes).fault == 0);
  CHECK(parse(bytes + frame(kFin, "")).fault == 1008);
}

TEST_CASE("a whole message is handed over from the caller's own buffer") {
  struct Where final : WebSocketHandler {
    void on_message(bool, std::string_view message) override { at = message.data(); }
    void on_ping(std::string_view) override {}
    void on_pong(std::string_view) override {}
    void on_close(uint16_t, std::string_view) override {}
    const char* at = nullptr;
  } where;
  WebSocketParser parser(where, 1000);
  std::string bytes = frame(kFin | kText, "in place");
  REQUIRE(parser.feed(bytes.data(), bytes.size()));
  CHECK(where.at == bytes.data() + 6);
}

TEST_CASE("a handler can stop the parser in the middle of a chunk") {
  Seen seen;
  WebSocketParser parser(seen, 1000);
  seen.parser_to_stop = &parser;
  std::string bytes = frame(kFin | kText, "one") + frame(kFin | kText, "two");
  CHECK(parser.feed(bytes.data(), bytes.size()));
  CHECK(seen.log == std::vector<std::string>{"text:one"});
}

TEST_CASE("an open message is known while it lasts") {
  Seen seen;
  WebSocketParser parser(seen, 1000);
  std::string begin = frame(kText, "a"), end = frame(kFin, "b");
  CHECK_FALSE(parser.in_message());
  CHECK(parser.feed(begin.data(), begin.size()));
  CHECK(parser.in_message());
  CHECK(parser.feed(end.data(), end.size()));
  CHECK_FALSE(parser.in_message());
}

TEST_CASE("frame headers use the shortest length") {
  const auto header = [](size_t bytes) {
    std::string out;
    append_frame_header(out, WebSocketOpcode::text, bytes);
    return out;
  };
  CHECK(header(0) == std::string("\x81\0", 2));
  CHECK(header(125) == "\x81\x7d");
  CHECK(header(126) == std::string("\x81\x7e\0\x7e", 4));
  CHECK(header(65535) == "\x81\x7e\xff\xff");
  CHECK(header(65536) == std::string("\x81\x7f\0\0\0\0\0\1\0\0", 10));
}

TEST_CASE("a close reason is cut between characters") {
  CHECK(close_frame(1012, "bye") == std::string("\x88\x05\x03\xf4", 4) + "bye");
  const std::string reason = std::string(122, 'x') + "é";
  CHECK(close_frame(1000, reason).size() == 2 + 2 + 122);
}
