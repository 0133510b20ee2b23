#include "cli/bench/http_answer.h"

#include <string>

#include "support/catch.h"

namespace relay {
namespace {

// The body, or what was wrong.
std::string body_of(const std::string& answer, size_t chunk_bytes, bool& done) {
  HttpAnswerHead head;
  HttpAnswerBody body;
  std::string text;
  for (size_t at = 0; at < answer.size(); at += chunk_bytes) {
    const std::string chunk = answer.substr(at, chunk_bytes);
    std::string_view bytes = chunk;
    if (head.status() == 0) {
      const HttpAnswerHead::Outcome outcome = head.feed(bytes);
      if (outcome == HttpAnswerHead::Outcome::broken) return "broken head";
      if (outcome == HttpAnswerHead::Outcome::more) continue;
      body = HttpAnswerBody(head);
    }
    for (std::string_view piece = body.next(bytes); !piece.empty(); piece = body.next(bytes)) text += piece;
    if (body.broken()) return "broken body";
  }
  done = body.done();
  return text;
}

void check_body(const std::string& answer, const std::string& expected, bool ends) {
  for (const size_t chunk_bytes : {size_t{1}, size_t{2}, size_t{5}, answer.size()}) {
    CAPTURE(answer, chunk_bytes);
    bool done = !ends;
    CHECK(body_of(answer, chunk_bytes, done) == expected);
    CHECK(done == ends);
  }
}

TEST_CASE("an answer's status and headers are found") {
  HttpAnswerHead head;
  std::string_view bytes = "HTTP/1.1 403 Forbidden\r\nX-A: 1\r\ncontent-TYPE:  text/plain \r\n\r\nrest";
  REQUIRE(head.feed(bytes) == HttpAnswerHead::Outcome::whole);
  CHECK(head.status() == 403);
  CHECK(head.status_line() == "403 Forbidden");
  CHECK(head.header("Content-Type") == "text/plain");
  CHECK(head.header("X-B").empty());
  CHECK(bytes == "rest");
}

TEST_CASE("a body is read by its length, in chunks, or to the end") {
  check_body("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", true);
  check_body("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", true);
  check_body("HTTP/1.1 204 No Content\r\n\r\n", "", true);
  check_body("HTTP/1.1 200 OK\r\n\r\nhello", "hello", false);
  check_body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
             "hello", true);
  check_body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "hello", false);
}

TEST_CASE("what is not HTTP is noticed") {
  bool done = false;
  CHECK(body_of("SSH-2.0-OpenSSH_9.2\r\n", 100, done) == "broken head");
  CHECK(body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 100, done) == "broken body");
  CHECK(body_of("HTTP/1.1 " + std::string(20'000, '2'), 1000, done) == "broken head");
}

}  // namespace
}  // namespace relay
