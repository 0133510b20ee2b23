#include <string>

#include "codec/plain_json.h"
#include "support/catch.h"

using namespace relay;

namespace {

std::string code_of(std::string_view text) {
  PlainRequest request;
  const Status status = decode_plain_request(text, request);
  return status ? "" : status.error().code + " " + status.error().subject;
}

}  // namespace

TEST_CASE("a subscription is read with all its members") {
  PlainRequest request;
  REQUIRE(decode_plain_request(
      R"({"op":"subscribe","id":7,"sub":"a","match":["x.*","y"],"filter":"priority >= high",
                                   "rooms":"general","last":5,"since":"5m","format":"seed","unknown":{}})",
      request));
  CHECK(request.op == PlainRequest::Op::subscribe);
  CHECK(request.id == 7u);
  CHECK(request.sub == "a");
  CHECK(request.match == std::vector<std::string>{"x.*", "y"});
  CHECK(request.filter == "priority >= high");
  CHECK(request.rooms == std::vector<std::string>{"general"});
  CHECK(request.last == 5u);
  CHECK(request.since == "5m");
  CHECK(request.format == "seed");
}

TEST_CASE("a filter may be a CloudEvents filter and since a number") {
  PlainRequest request;
  REQUIRE(decode_plain_request(R"({"op":"subscribe","filter":{"exact":{"type":"a"}},"since":12})", request));
  CHECK(request.filter == R"({"exact":{"type":"a"}})");
  CHECK(request.since == "12");
}

TEST_CASE("events to publish are kept as they were written") {
  PlainRequest request;
  REQUIRE(decode_plain_request(R"({"op":"publish","event":{"type":"a", "data":1e2},"ack":false})", request));
  CHECK(request.event == R"({"type":"a", "data":1e2})");
  CHECK(request.ack == false);
  CHECK_FALSE(request.id.has_value());
}

TEST_CASE("what cannot be read is named") {
  CHECK(code_of("{") == "bad_json message");
  CHECK(code_of("[]") == "not_object message");
  CHECK(code_of("{}") == "missing_field op");
  CHECK(code_of(R"({"op":"subscrib"})") == "unknown_op op");
  CHECK(code_of(R"({"op":1})") == "unknown_op op");
  CHECK(code_of(R"({"op":"ping","id":"x"})") == "bad_field id");
  CHECK(code_of(R"({"op":"ping","id":-1})") == "bad_field id");
  CHECK(code_of(R"({"op":"ping","id":99999999999999999999})") == "bad_field id");
  CHECK(code_of(R"({"op":"subscribe","match":5})") == "bad_field match");
  CHECK(code_of(R"({"op":"subscribe","match":["a",5]})") == "bad_field match");
  CHECK(code_of(R"({"op":"subscribe","last":1.5})") == "bad_field last");
  CHECK(code_of(R"({"op":"join","room":[]})") == "bad_field room");
  CHECK(code_of(R"({"op":"publish","ack":1})") == "bad_field ack");
}

TEST_CASE("an error knows the id of its request") {
  PlainRequest request;
  CHECK_FALSE(decode_plain_request(R"({"match":5,"op":"subscribe","id":3})", request));
  CHECK(request.id == 3u);
}

TEST_CASE("answers have their documented form") {
  CHECK(encode_plain_hello("s", "E", 9) ==
        R"({"op":"hello","session":"s","epoch":"E","offset":9,"server":"seneca/0.1.0"})");
  CHECK(encode_plain_reply(1, true, "") == R"({"op":"reply","id":1,"ok":true})");
  CHECK(encode_plain_reply(1, false, "\"a\":2") == R"({"op":"reply","id":1,"ok":false,"a":2})");
  CHECK(encode_plain_error(4, "c", "m\n") == R"({"op":"error","id":4,"code":"c","message":"m\n"})");
  CHECK(encode_plain_error({}, "c", "m") == R"({"op":"error","code":"c","message":"m"})");
  CHECK(encode_plain_gap({3, 5, 9, "queue_full"}) ==
        R"({"op":"gap","skipped":3,"from":5,"to":9,"reason":"queue_full"})");
  CHECK(encode_plain_bye("restart") == R"({"op":"bye","reason":"restart"})");
}
