#include <string>

#include "codec/sse.h"
#include "support/catch.h"

using namespace relay;

namespace {

std::string event(std::string_view id, std::string_view name, std::string_view data) {
  std::string out;
  append_sse_event(out, id, name, data);
  return out;
}

}  // namespace

TEST_CASE("an event is its fields and a blank line") {
  CHECK(event("E:7", "agent.x", "{}") == "id: E:7\nevent: agent.x\ndata: {}\n\n");
  CHECK(event("", "", "x") == "data: x\n\n");
}

TEST_CASE("line breaks in data begin new data lines") {
  CHECK(event("", "", "a\nb\r\nc\rd") == "data: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(event("", "", "a\n") == "data: a\ndata: \n\n");
}

TEST_CASE("a line break cannot smuggle a field in") {
  CHECK(event("1\ndata: x", "a\r\nid: 9", "{}") == "id: 1data: x\nevent: aid: 9\ndata: {}\n\n");
}

TEST_CASE("comments and the retry time are lines of their own") {
  std::string out;
  append_sse_comment(out, "");
  append_sse_comment(out, "hi\n");
  append_sse_retry(out, 2000);
  CHECK(out == ":\n\n: hi\n\nretry: 2000\n\n");
}
