#include "codec/http_request.h"

#include "support/catch.h"

using namespace relay;

namespace {

using State = HttpHeadReader::State;

struct Reading {
  State state = State::incomplete;
  HttpRequestHead head;
  size_t consumed = 0;
  HttpFault fault;
};

/// Reads `bytes` as they would come in the given pieces: `first` bytes, then `step` at a time.
Reading read_in_pieces(std::string_view bytes, size_t first, size_t step) {
  HttpHeadReader reader;
  Reading reading;
  for (size_t end = std::min(first, bytes.size());; end = std::min(end + step, bytes.size())) {
    reading.state = reader.read(bytes.substr(0, end), reading.head, reading.consumed, reading.fault);
    if (reading.state != State::incomplete || end == bytes.size()) return reading;
  }
}

Reading read(std::string_view bytes) { return read_in_pieces(bytes, bytes.size(), 1); }

std::string get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n";
}
std::string post(std::string_view headers) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n";
}

}  // namespace

TEST_CASE("a request head is taken apart") {
  const Reading reading = read(
      "POST /api/v1/events?room=a%20b&x HTTP/1.1\r\nHost: localhost:8000\r\nContent-Length:\t 12 \r\nX-A: "
      "1\r\n"
      "x-a: 2\r\n\r\nbody");
  REQUIRE(reading.state == State::complete);
  const HttpRequestHead& head = reading.head;
  CHECK(head.method == "POST");
  CHECK(head.path == "/api/v1/events");
  CHECK(head.version == "HTTP/1.1");
  CHECK(head.query_value("room") == "a b");
  CHECK(head.query.size() == 2);
  CHECK(head.header("host") == "localhost:8000");
  CHECK(head.has_content_length);
  CHECK(head.content_length == 12);
  CHECK(head.header("x-a") == "1");
  CHECK(head.joined_header("x-a") == "1, 2");
  CHECK(head.header("missing").empty());
  CHECK(head.keep_alive);
}

TEST_CASE("wherever a request is cut, the same comes out") {
  const std::vector<std::string> requests = {
      get("/a?b=c", "X: y\r\n") + "the body",
      "\r\n\r\n" + get("/"),
      "\r\n" + get("/") + get("/2"),
      "GET / HTTP/1.1\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\n\tfolded\r\n\r\n",
      "\r\n\r\n\r\n" + get("/"),
      post("Content-Length: 5\r\n") + "12345" + get("/"),
      "NONSENSE\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\n",
  };
  for (const std::string& request : requests) {
    const Reading whole = read(request);
    for (size_t cut = 0; cut <= request.size(); ++cut) {
      for (const size_t step : {request.size(), size_t{1}}) {
        const Reading pieces = read_in_pieces(request, cut, step);
        INFO(request << " cut at " << cut);
        REQUIRE(pieces.state == whole.state);
        if (whole.state == State::complete) REQUIRE(pieces.consumed == whole.consumed);
        REQUIRE(pieces.head.path == whole.head.path);
        REQUIRE(pieces.head.headers == whole.head.headers);
        REQUIRE(pieces.fault.status == whole.fault.status);
        REQUIRE(pieces.fault.detail == whole.fault.detail);
      }
    }
  }
}

TEST_CASE("what two readers could understand differently is refused") {
  struct Row {
    std::string request;
    int status;
    const char* why;
  };
  const std::vector<Row> rows = {
      {"GET / HTTP/1.1\nHost: h\n\n", 400, "bare LF"},
      {"GET / HTTP/1.1\r\nHost: h\n\r\n", 400, "bare LF in a header"},
      {"GET / HTTP/1.1\rHost: h\r\n\r\n", 400, "bare CR"},
      {get("/", std::string("X: a\0b\r\n", 8)), 400, "NUL"},
      {get("/", "X: a\x7f\r\n"), 400, "DEL"},
      {get("/", "X: a\r\n b\r\n"), 400, "folded with a space"},
      {get("/", "X: a\r\n\tb\r\n"), 400, "folded with a tab"},
      {get("/", "Host: i\r\n"), 400, "two Hosts"},
      {"GET / HTTP/1.1\r\n\r\n", 400, "no Host"},
      {get("/", "no colon\r\n"), 400, "no colon"},
      {get("/", "X : y\r\n"), 400, "space before the colon"},
      {get("/", ": y\r\n"), 400, "empty name"},
      {post("Content-Length: -1\r\n"), 400, "negative"},
      {post("Content-Length: +5\r\n"), 400, "plus"},
      {post("Content-Length: 5 5\r\n"), 400, "two numbers"},
      {post("Content-Length: 5, 5\r\n"), 400, "a list"},
      {post("Content-Length: 0x5\r\n"), 400, "hexadecimal"},
      {post("Content-Length:\r\n"), 400, "empty length"},
      {post("Content-Length: 18446744073709551616\r\n"), 400, "2^64"},
      {post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400, "two lengths"},
      {post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400, "both"},
      {post("Transfer-Encoding: chunked\r\n"), 400, "chunked"},
      {get("/", "Transfer-Encoding: identity\r\n"), 400, "identity"},
      {post(""), 411, "no length"},
      {"GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400, "absolute form"},
      {"GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400, "asterisk form"},
      {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400, "two spaces"},
      {"GET / /x HTTP/1.1\r\nHost: h\r\n\r\n", 400, "space in the target"},
      {"GET /\tx HTTP/1.1\r\nHost: h\r\n\r\n", 400, "tab in the target"},
      {"GET /#x HTTP/1.1\r\nHost: h\r\n\r\n", 400, "fragment"},
      {"GET /\r\nHost: h\r\n\r\n", 400, "HTTP/0.9"},
      {"G(T / HTTP/1.1\r\nHost: h\r\n\r\n", 400, "method not a token"},
      {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505, "HTTP/2.0"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/2 preface"},
      {"GET / http/1.1\r\nHost: h\r\n\r\n", 505, "lower case version"},
      {get("/%"), 400, "cut escape"},
      {get("/%4"), 400, "half an escape"},
      {get("/%zz"), 400, "no hexadecimal"},
      {get("/a%00b"), 400, "escaped NUL"},
      {get("/?a=%4"), 400, "cut escape in the query"},
      {get("/?%00=a"), 400, "escaped NUL in the query"},
      {"\r\n\r\n\r\n" + get("/"), 400, "three empty lines"},
  };
  for (const Row& row : rows) {
    const Reading reading = read(row.request);
    INFO(row.why);
    CHECK(reading.state == State::fault);
    CHECK(reading.fault.status == row.status);
    CHECK(!reading.fault.code.empty());
    CHECK(!reading.fault.detail.empty());
  }
}

TEST_CASE("a head ends within its bounds, or is refused before its end has come") {
  const std::string endless = "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(17 * 1024, 'x');
  CHECK(read(endless).fault.status == 431);
  CHECK(read(endless + "\r\n\r\n").fault.status == 431);
  CHECK(read("GET /" + std::string(17 * 1024, 'x')).fault.status == 431);

  const std::string frame = get("/", "X: \r\n");
  const std::string largest = get("/", "X: " + std::string(kMaxHeadBytes - frame.size(), 'x') + "\r\n");
  REQUIRE(largest.size() == kMaxHeadBytes);
  CHECK(read(largest).state == State::complete);
  CHECK(read(largest + std::string(kMaxHeadBytes, 'b')).state == State::complete);
  CHECK(read(get("/", "X: " + std::string(kMaxHeadBytes - frame.size() + 1, 'x') + "\r\n")).fault.status ==
        431);
}

TEST_CASE("a hundred header lines are accepted and one more is not") {
  std::string headers;
  for (size_t i = 1; i < kMaxHeaders; ++i) headers += "X: y\r\n";
  CHECK(read(get("/", headers)).state == State::complete);
  CHECK(read(get("/", headers + "X: y\r\n")).fault.status == 431);
}

TEST_CASE("empty lines before a request are tolerated, as older clients send them") {
  const Reading reading = read("\r\n\r\n" + get("/x"));
  REQUIRE(reading.state == State::complete);
  CHECK(reading.head.path == "/x");
  CHECK(reading.consumed == get("/x").size() + 4);
}

TEST_CASE("path and query are decoded once, and only the query knows the plus") {
  const Reading reading = read(get("/a%2Fb%2525+c?k=1+2%2B3&k=second&empty=&&bare&=x"));
  REQUIRE(reading.state == State::complete);
  const HttpRequestHead& head = reading.head;
  CHECK(head.path == "/a/b%25+c");
  CHECK(head.query_value("k") == "1 2+3");
  CHECK(head.query_value("empty").empty());
  const decltype(head.query) expected = {
      {"k", "1 2+3"}, {"k", "second"}, {"empty", ""}, {"bare", ""}, {"", "x"}};
  CHECK(head.query == expected);
}

TEST_CASE("keep-alive is what the version and the Connection header make it") {
  CHECK(read(get("/")).head.keep_alive);
  CHECK_FALSE(read(get("/", "Connection: close\r\n")).head.keep_alive);
  CHECK_FALSE(read(get("/", "Connection: Keep-Alive, Close\r\n")).head.keep_alive);
  CHECK_FALSE(read(get("/", "Connection: keep-alive\r\nConnection: close\r\n")).head.keep_alive);
  const Reading old = read("GET / HTTP/1.0\r\n\r\n");
  CHECK(old.state == State::complete);
  CHECK_FALSE(old.head.keep_alive);
}

TEST_CASE("after a reset the next head is read from its first byte") {
  HttpHeadReader reader;
  HttpRequestHead head;
  size_t consumed = 0;
  HttpFault fault;
  const std::string requests = get("/first") + get("/2");
  REQUIRE(reader.read(requests, head, consumed, fault) == State::complete);
  CHECK(head.path == "/first");
  reader.reset();
  REQUIRE(reader.read(std::string_view(requests).substr(consumed), head, consumed, fault) == State::complete);
  CHECK(head.path == "/2");
  CHECK(consumed == get("/2").size());
}
