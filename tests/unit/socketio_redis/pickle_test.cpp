#include "socketio-redis/pickle.h"

#include "bytes.h"
#include "support/catch.h"

using namespace socketio_redis;
using std::string_literals::operator""s;

namespace {

constexpr size_t kAttachments = 10;

// The JSON, or why there is none.
std::string read(const std::string& bytes) {
  const auto unpickled = read_pickle(bytes, kAttachments);
  if (unpickled) return unpickled->json;
  CHECK(unpickled.error().code == "bad_pickle");
  return unpickled.error().message;
}
std::string read_protocol4(const std::string& body) { return read("\x80\x04" + body + "."); }

std::string refused(const std::string& name) {
  return "it has the opcode " + name +
         "; only None, bool, int, float, str, bytes, list, tuple and dict are read";
}

}  // namespace

TEST_CASE("a pickle's values become JSON") {
  CHECK(read_protocol4("N") == "null");
  CHECK(read_protocol4("\x88") == "true");
  CHECK(read_protocol4("J\xFE\xFF\xFF\xFF") == "-2");
  CHECK(read_protocol4("M\x01\x02") == "513");
  CHECK(read_protocol4("\x8A"s + '\0') == "0");
  CHECK(read_protocol4("\x8A\x01\xFF") == "-1");
  CHECK(read_protocol4("\x8A\x09\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0"s) == "18446744073709551615");
  CHECK(read_protocol4("G\x3F\xF8\0\0\0\0\0\0"s) == "1.5");
  CHECK(read_protocol4("G\x7F\xF8\0\0\0\0\0\0"s) == "null");
  CHECK(read_protocol4("\x8C\x02hi") == R"("hi")");
  CHECK(read_protocol4("](K\1K\2e") == "[1,2]");
  CHECK(read_protocol4("}(K\1NN)u") == R"({"1":null,"null":[]})");
}

TEST_CASE("a pickle's binary values become placeholders, also those remembered") {
  const auto unpickled =
      read_pickle("\x80\x05]\x94(C\x02\0\xFF\x94h\1\x96\1\0\0\0\0\0\0\0ze."s, kAttachments);
  REQUIRE(unpickled);
  CHECK(unpickled->json ==
        R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}])");
  CHECK(unpickled->attachments == std::vector<std::string>{"\0\xFF"s, "\0\xFF"s, "z"});
}

TEST_CASE("the tuples of a pickle's outermost dict are told") {
  const auto unpickled = read_pickle("\x80\x04}(\x8C\x01tN\x85\x8C\x01lN]u."s, kAttachments);
  CHECK_FALSE(unpickled);  // a key without a value
  const auto well = read_pickle("\x80\x04}(\x8C\x01tN\x85\x8C\x01l]u."s, kAttachments);
  REQUIRE(well);
  CHECK(well->json == R"({"t":[null],"l":[]})");
  CHECK(well->tuples == std::vector<std::string>{"t"});
}

TEST_CASE("a pickle that would make objects is refused, and the opcode named") {
  CHECK(read("\x80\x02"
             "cos\nsystem\n(X\x02\0\0\0lstR."s) == refused("GLOBAL"));
  CHECK(read_protocol4("\x8C\x02os\x8C\x06system\x93") == refused("STACK_GLOBAL"));
  CHECK(read_protocol4("N)R") == refused("REDUCE"));
  CHECK(read_protocol4("N)\x81") == refused("NEWOBJ"));
  CHECK(read_protocol4("N}b") == refused("BUILD"));
  CHECK(read_protocol4("Pid\n") == refused("PERSID"));
  CHECK(read_protocol4("\x82\x01") == refused("EXT1"));
  CHECK(read_protocol4("\x8F") == refused("EMPTY_SET"));
  CHECK(read_protocol4("I1\n") == refused("0x49"));
  CHECK(read("(lp0\n.") == "it does not begin with its protocol");
  CHECK(read("\x80\x01N.") == "its protocol is none of 2 to 5");
}

TEST_CASE("a malformed pickle is refused") {
  CHECK(read("") == "it does not begin with its protocol");
  CHECK(read("\x80") == "it ends inside a value");
  CHECK(read("\x80\x04N") == "it ends inside a value");
  CHECK(read_protocol4("") == "it does not end with one value");
  CHECK(read_protocol4("NN") == "it does not end with one value");
  CHECK(read("\x80\x04N.N") == "it does not end with one value");
  CHECK(read_protocol4("(N") == "it does not end with one value");
  CHECK(read_protocol4("\x8C\xFFhi") == "it ends inside a value");
  CHECK(read_protocol4("\x8D\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFhi") == "it ends inside a value");
  CHECK(read_protocol4("\x95\xFF\0\0\0\0\0\0\0N"s) == "it ends inside a frame");
  CHECK(read_protocol4("t") == "a mark is missing");
  CHECK(read_protocol4("N\x86") == "it takes a value that is not there");
  CHECK(read_protocol4("N(\x85t") == "it takes a value that is not there");
  CHECK(read_protocol4("Na") == "it adds to what is no list or dict");
  CHECK(read_protocol4("](Na") == "it adds to what is no list or dict");
  CHECK(read_protocol4("}(Nu") == "a key has no value");
  CHECK(read_protocol4("}]Ns") == "the key of a dict is neither text nor a number");
  CHECK(read_protocol4("\x94") == "it remembers a value that is not there");
  CHECK(read_protocol4("h\x05") == "it wants a value that it never remembered");
  CHECK(read_protocol4("Nr\xFF\xFF\xFF\xFF") == "it remembers more than 262144 values");
  CHECK(read_protocol4("\x8A\x09\0\0\0\0\0\0\0\0\1"s) == "an int has more than 64 bits; send it as text");
}

TEST_CASE("a pickle cannot grow beyond its bounds") {
  // A list that contains itself.
  CHECK(read_protocol4("]\x94h\0a"s) == "it is nested deeper than 64 levels");
  // Each list holds the one before it twice, so 40 of them stand for 2^40 values.
  std::string doubling = "(]\x94";
  for (char i = 0; i < 40; ++i) doubling += "](h"s + i + "h"s + i + "e\x94";
  CHECK(read_protocol4(doubling + "t") == "it holds more than 16 MiB");
  CHECK(read_protocol4(']' + std::string(1 << 18, ')')) == "it has more than 262144 values");
  CHECK(read(std::string((16 << 20) + 1, '\x80')) == "it has more than 16 MiB");
  std::string eleven = "](";
  for (int i = 0; i < 11; ++i) eleven += "C\0"s;
  CHECK(read_protocol4(eleven + 'e') == "it has too many binary values; send fewer in one message");
  const std::string nested = ")" + std::string(63, '\x85');
  CHECK(read_protocol4(nested).size() == 128);
  CHECK(read_protocol4(nested + '\x85') == "it is nested deeper than 64 levels");
}
