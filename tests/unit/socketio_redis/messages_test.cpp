#include <string>

#include "codec/msgpack.h"
#include "socketio-redis/python_manager.h"
#include "socketio-redis/redis_emitter.h"
#include "support/catch.h"

using namespace socketio_redis;
using Decoded = relay::Result<std::optional<Order>>;

namespace {

std::string show(const Decoded& decoded) {
  if (!decoded) return decoded.error().code + ": " + decoded.error().message;
  return *decoded ? (*decoded)->type + ' ' + (*decoded)->data : "nothing";
}

std::string emission(std::string_view json) {
  std::string bytes;
  relay::append_msgpack(bytes, json);
  return show(decode_emission(bytes));
}
std::string request(std::string_view json) { return show(decode_request("/", json)); }
std::string managed(std::string_view message) { return show(decode_manager_message(message)); }

}  // namespace

TEST_CASE("an emission to rooms without a name reaches nobody") {
  CHECK(emission(R"(["e",{"type":2,"data":["x"],"nsp":"/"},{"rooms":[null],"except":[],"flags":{}}])") ==
        "nothing");
  CHECK(request(R"({"type":4,"opts":{"rooms":[null],"except":[]},"close":true})") == "nothing");
  CHECK(managed(R"({"method":"emit","event":"x","data":1,"room":[null]})") == "nothing");
  CHECK(managed(R"({"method":"emit","event":"x","data":1,"room":[]})") == "nothing");
}

TEST_CASE("rooms that are numbers are text to the relay") {
  CHECK(emission(R"(["e",{"type":2,"data":["x"]},{"rooms":[7,"a"]}])") ==
        R"(seneca.emit {"namespace":"/","rooms":["7","a"],"event":"x","args":[]})");
}

TEST_CASE("what is no emission is refused") {
  CHECK(emission("[]") == "bad_message: it is no packet with an event");
  CHECK(emission("7") == "bad_message: it is no packet with an event");
  CHECK(emission(R"(["e",{"type":3,"data":["x"]},{"rooms":[]}])") ==
        "bad_message: it is no packet with an event");
  CHECK(emission(R"(["e",{"type":2,"data":[]},{"rooms":[]}])") ==
        "bad_message: it is no packet with an event");
  CHECK(emission(R"(["e",{"type":2,"data":[1]},{"rooms":[]}])") ==
        "bad_message: it is no packet with an event");
  CHECK(emission(R"(["e",{"type":2,"data":["x"]}])") == "bad_message: it does not say to which rooms");
  CHECK(emission(R"(["e",{"type":2,"data":["x"]},{"rooms":[{}]}])") ==
        "bad_message: its rooms are neither names nor lists of them");
  CHECK(emission(R"(["e",{"type":2,"data":["x"]},{"rooms":[],"except":true}])") ==
        "bad_message: its except are neither names nor lists of them");
  CHECK(show(decode_emission("\xC1")) ==
        "bad_message: it is no MessagePack of Socket.IO: no value begins with the byte 0xc1");
}

TEST_CASE("what is no request is refused, and what servers ask each other left alone") {
  CHECK(request("{") == "bad_message: it is no JSON");
  CHECK(request("[]") == "bad_message: it is no request");
  CHECK(request(R"({"uid":"u","requestId":"r","type":5,"opts":{"rooms":[],"except":[]}})") == "nothing");
  CHECK(request(R"({"type":2,"opts":{"rooms":[],"except":[]},"rooms":[]})") ==
        "bad_message: it names no rooms to join");
  CHECK(request(R"({"type":3,"rooms":["x"]})") == "bad_message: it does not say to which rooms");
}

TEST_CASE("a manager's message of before 5.15.1 is understood as far as it can be") {
  CHECK(managed(R"({"method":"emit","event":"x","data":{"a":1},"binary":false})") ==
        R"(seneca.emit {"namespace":"/","event":"x","args":[{"a":1}]})");
  CHECK(managed(R"({"method":"emit","event":"x","data":[1,2]})") ==
        R"(seneca.emit {"namespace":"/","event":"x","args":[[1,2]]})");
  CHECK(managed(R"({"method":"emit","event":"x","data":null})") ==
        R"(seneca.emit {"namespace":"/","event":"x","args":[]})");
  CHECK(
      managed(
          R"({"method":"emit","event":"x","data":[{"_placeholder":true,"num":0},"AQ=="],"binary":true})") ==
      R"(seneca.emit {"namespace":"/","event":"x","args":[{"_placeholder":true,"num":0}],"attachments":["AQ=="]})");
}

TEST_CASE("what json.dumps writes and JSON has not is taken") {
  CHECK(managed(R"({"method":"emit","event":"x","data":[NaN],"binary":false})") ==
        R"(seneca.emit {"namespace":"/","event":"x","args":[]})");
  CHECK(managed(R"({"method":"emit","event":"x","data":[[-Infinity]],"binary":false})") ==
        R"(seneca.emit {"namespace":"/","event":"x","args":[[null]]})");
  CHECK(managed(R"({"method":"emit","event":"x","data":["\ud800"],"binary":false})") ==
        R"(seneca.emit {"namespace":"/","event":"x","args":["\ud800"]})");
}

TEST_CASE("an emission that waits for an answer is refused") {
  CHECK(managed(R"({"method":"emit","event":"x","data":[],"callback":["s1","/",1],"host_id":"h"})") ==
        "callback: it has a callback, which the relay cannot answer; emit without one");
}

TEST_CASE("a manager's message that names nobody is refused rather than meant for all") {
  CHECK(managed(R"({"method":"disconnect","sid":null,"namespace":"/"})") == "bad_message: it names no sid");
  CHECK(managed(R"({"method":"close_room","namespace":"/"})") == "bad_message: it names no room");
  CHECK(managed(R"({"method":"enter_room","sid":"s","namespace":"/"})") == "bad_message: it names no room");
  CHECK(managed(R"({"method":"emit","event":"x","data":1,"room":{}})") ==
        "bad_message: its rooms are neither names nor lists of them");
}

TEST_CASE("what is no message of a manager is refused") {
  CHECK(managed("") == "bad_message: it is neither a pickle nor JSON");
  CHECK(managed("{") == "bad_message: it is neither a pickle nor JSON");
  CHECK(managed("7") == "bad_message: it has no method that a manager of python-socketio knows");
  CHECK(managed(R"({"method":"emit","data":1})") == "bad_message: it names no event");
  CHECK(managed("\x80\x04N.") == "bad_message: it has no method that a manager of python-socketio knows");
  CHECK(managed("\x80\x04") == "bad_pickle: it ends inside a value");
  CHECK(managed(R"({"method":"callback","args":[]})") == "nothing");
}
