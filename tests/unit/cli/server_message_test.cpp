#include "cli/client/server_message.h"

#include <string>

#include "cli/client/json_members.h"
#include "codec/plain_json.h"
#include "support/catch.h"

namespace relay {
namespace {

using Op = ServerMessage::Op;

TEST_CASE("an event's bytes are found as they came") {
  const std::string text =
      R"({"op":"event", "sub":"tail","event": {"sequence":"17","data":{"b":"}\"]", "n":1.0}} })";
  const ServerMessage message = parse_server_message(text);
  CHECK(message.op == Op::event);
  CHECK(message.event == R"({"sequence":"17","data":{"b":"}\"]", "n":1.0}})");
  CHECK(message.sequence == 17);
}

TEST_CASE("what the relay's codec writes is understood") {
  const ServerMessage hello = parse_server_message(encode_plain_hello("s", "E\"1", 12));
  CHECK(hello.op == Op::hello);
  CHECK(hello.epoch == "E\"1");
  CHECK(hello.offset == 12);
  const ServerMessage reply = parse_server_message(encode_plain_reply(
      3, false, R"("first_offset":1,"last_offset":2,"accepted":2,"rejected":1,"reason":"no")"));
  CHECK(reply.op == Op::reply);
  CHECK(reply.id == 3);
  CHECK_FALSE(reply.ok);
  CHECK(reply.last_offset == 2);
  CHECK(reply.rejected == 1);
  CHECK(reply.reason == "no");
  const ServerMessage gap = parse_server_message(encode_plain_gap({12, 5, 16, "queue_full"}));
  CHECK(gap.op == Op::gap);
  CHECK(gap.skipped == 12);
  CHECK(gap.from == 5);
  CHECK(gap.to == 16);
  CHECK(gap.reason == "queue_full");
  const ServerMessage error = parse_server_message(encode_plain_error(4, "bad_filter", "column 3"));
  CHECK(error.op == Op::error);
  CHECK(error.id == 4);
  CHECK(error.code == "bad_filter");
  CHECK(parse_server_message(encode_plain_bye("draining")).reason == "draining");
}

TEST_CASE("what is no message is unknown") {
  for (const char* text :
       {"", "[]", "{", R"({"op":"event")", R"({"op":7})", R"({"op":"later"})", R"({"op"})", "{}"}) {
    CAPTURE(text);
    CHECK(parse_server_message(text).op == Op::unknown);
  }
}

TEST_CASE("members are split at the top level only") {
  std::string seen;
  const bool whole = for_each_member(R"( { "a" : [1,{"x":2}] , "b\"c":"}," ,"d":-1.5e3 } )",
                                     [&seen](std::string_view key, std::string_view value) {
                                       seen.append(key).append("=").append(value).append(";");
                                     });
  CHECK(whole);
  CHECK(seen == R"(a=[1,{"x":2}];b\"c="},";d=-1.5e3;)");
}

}  // namespace
}  // namespace relay
