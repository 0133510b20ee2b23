#include "codec/msgpack.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/json_check.h"
#include "support/catch.h"

using namespace relay;
using std::string_literals::operator""s;

namespace {

using Attachments = std::vector<std::string>;

// What a message is as JSON, or why it is none.
std::string read(std::string_view bytes) {
  Attachments attachments;
  // Memory of its own, so that a read past the message is seen.
  const std::vector<char> copy(bytes.begin(), bytes.end());
  const Result<std::string> json = msgpack_to_json({copy.data(), copy.size()}, attachments);
  if (json) return *json;
  CHECK(json.error().code == "bad_msgpack");
  return json.error().message;
}

std::string write(std::string_view json, const Attachments& attachments = {}) {
  std::string bytes;
  append_msgpack(bytes, json, attachments);
  return bytes;
}

constexpr std::string_view kTruncated = "the message ends inside a value";

}  // namespace

TEST_CASE("nil, true, false and whole numbers of every width are read exactly") {
  CHECK(read("\xC0") == "null");
  CHECK(read("\xC2") == "false");
  CHECK(read("\xC3") == "true");
  CHECK(read("\0"s) == "0");
  CHECK(read("\x7F") == "127");
  CHECK(read("\xE0") == "-32");
  CHECK(read("\xFF") == "-1");
  CHECK(read("\xCC\xFF") == "255");
  CHECK(read("\xCD\xFF\xFF") == "65535");
  CHECK(read("\xCE\xFF\xFF\xFF\xFF") == "4294967295");
  CHECK(read("\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF") == "18446744073709551615");
  CHECK(read("\xCF\0\0\0\0\0\0\0\1"s) == "1");
  CHECK(read("\xD0\x80") == "-128");
  CHECK(read("\xD0\x7F") == "127");
  CHECK(read("\xD1\x80\x00"s) == "-32768");
  CHECK(read("\xD2\x80\x00\x00\x00"s) == "-2147483648");
  CHECK(read("\xD3\x80\0\0\0\0\0\0\0"s) == "-9223372036854775808");
  CHECK(read("\xD3\xFF\xDF\xFF\xFF\xFF\xFF\xFF\xFF") == "-9007199254740993");
}

TEST_CASE("floats are read as the shortest text that reads back the same") {
  CHECK(read("\xCB\x3F\xB9\x99\x99\x99\x99\x99\x9A") == "0.1");
  CHECK(read("\xCB\x40\x14\0\0\0\0\0\0"s) == "5");
  CHECK(read("\xCB\x80\0\0\0\0\0\0\0"s) == "-0");
  CHECK(read("\xCB\x7F\xEF\xFF\xFF\xFF\xFF\xFF\xFF") == "1.7976931348623157e+308");
  CHECK(read("\xCB\0\0\0\0\0\0\0\1"s) == "5e-324");
  CHECK(read("\xCA\x3F\0\0\0"s) == "0.5");
  CHECK(read("\xCA\x3D\xCC\xCC\xCD") == "0.10000000149011612");
}

TEST_CASE("NaN and the infinities are null, as JSON.stringify has it") {
  CHECK(read("\xCB\x7F\xF8\0\0\0\0\0\0"s) == "null");
  CHECK(read("\xCB\x7F\xF0\0\0\0\0\0\0"s) == "null");
  CHECK(read("\xCA\xFF\x80\0\0"s) == "null");
}

TEST_CASE("strings of every length form are read and escaped") {
  CHECK(read("\xA0") == "\"\"");
  CHECK(read("\xA5"
             "a\"\\\n\x01") == R"("a\"\\\n\u0001")");
  CHECK(read("\xA6\xC3\xA9\xF0\x9F\x98\x80") == "\"\xC3\xA9\xF0\x9F\x98\x80\"");
  for (const auto& head : {"\xD9\x28"s, "\xDA\0\x28"s, "\xDB\0\0\0\x28"s})
    CHECK(read(head + std::string(40, 'x')) == '"' + std::string(40, 'x') + '"');
}

TEST_CASE("a string that is no UTF-8 is refused, as a key too") {
  for (const auto& text : {"\xFF"s, "\xC0\x80"s, "\xED\xA0\x80"s, "\xE2\x82"s, "\xF4\x90\x80\x80"s}) {
    const std::string bytes = static_cast<char>(0xA0 | text.size()) + text;
    CHECK(read(bytes).starts_with("a string is not UTF-8"));
    CHECK(read("\x81" + bytes + "\1").starts_with("a string is not UTF-8"));
  }
}

TEST_CASE("arrays and maps of every length form are read") {
  CHECK(read("\x90") == "[]");
  CHECK(read("\x80") == "{}");
  for (const auto& head : {"\x92"s, "\xDC\0\2"s, "\xDD\0\0\0\2"s}) CHECK(read(head + "\1\xC0") == "[1,null]");
  for (const auto& head : {"\x82"s, "\xDE\0\2"s, "\xDF\0\0\0\2"s})
    CHECK(read(head + "\xA1"
                      "a\1\xA1"
                      "b\x91\2") == R"({"a":1,"b":[2]})");
}

TEST_CASE("only strings can be keys") {
  for (const auto& key : {"\1"s, "\xC0"s, "\x90"s, "\xC4\1a"s, "\xCB\0\0\0\0\0\0\0\0"s, "\xD4\0\0"s})
    CHECK(read("\x81" + key + "\1") == "the key of a map is not a string");
}

TEST_CASE("binary of every length form goes to the attachments, in order") {
  Attachments attachments = {"from before"};
  const auto json = msgpack_to_json("\x93\xC4\1a\xC5\0\2bc\x81\xA1x\xC6\0\0\0\0"s, attachments);
  REQUIRE(json);
  CHECK(*json == R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},)"
                 R"({"x":{"_placeholder":true,"num":2}}])");
  CHECK(attachments == Attachments{"a", "bc", ""});
}

TEST_CASE("more binary values than are asked for are refused") {
  Attachments attachments;
  CHECK(msgpack_to_json("\x92\xC4\0\xC4\0"s, attachments, 2));
  CHECK_FALSE(msgpack_to_json("\x93\xC4\0\xC4\0\xC4\0"s, attachments, 2));
  std::string many = "\xDD\0\1\0\0"s;
  for (int i = 0; i < 65536; ++i) many += "\xC4\0"s;
  CHECK(read(many) == "too many binary values; send fewer in one message");
}

TEST_CASE("notepack.io's extensions are a date, undefined and bytes") {
  CHECK(read("\xD7\0\0\0\1\x9C\xB6\x24\xF0\0"s) == R"("2026-03-04T00:00:00.000Z")");
  CHECK(read("\xD7\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s) == R"("1969-12-31T23:59:59.999Z")");
  CHECK(read("\xD4\0\0"s) == "null");
  Attachments attachments;
  CHECK(msgpack_to_json("\xC7\x08\0abcdefgh"s, attachments) == R"({"_placeholder":true,"num":0})");
  CHECK(attachments == Attachments{"abcdefgh"});
}

TEST_CASE("dates have the years of ECMAScript, others are null") {
  CHECK(read("\xD7\0\0\x1E\xB2\x08\xC2\xDC\0\0"s) == R"("+275760-09-13T00:00:00.000Z")");
  CHECK(read("\xD7\0\xFF\xE1\x4D\xF7\x3D\x24\0\0"s) == R"("-271821-04-20T00:00:00.000Z")");
  CHECK(read("\xD7\0\x00\x00\xE6\x77\xD2\x1F\xDC\x00"s) == R"("+010000-01-01T00:00:00.000Z")");
  CHECK(read("\xD7\0\xFF\xFF\xC7\x75\x90\xFB\xA0\x00"s) == R"("0000-01-01T00:00:00.000Z")");
  CHECK(read("\xD7\0\0\x1E\xB2\x08\xC2\xDC\0\1"s) == "null");
  CHECK(read("\xD7\0\x80\0\0\0\0\0\0\0"s) == "null");
}

TEST_CASE("timestamps have 4, 8 or 12 bytes and less than a second of nanoseconds") {
  CHECK(read("\xD6\xFF\x69\xA7\x78\0"s) == R"("2026-03-04T00:08:32.000Z")");
  CHECK(read("\xD7\xFF\xEE\x6B\x27\xFC\x69\xA7\x78\0"s) == R"("2026-03-04T00:08:32.999Z")");
  CHECK(read("\xC7\x0C\xFF\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s) == R"("1969-12-31T23:59:59.000Z")");
  CHECK(read("\xC7\x0C\xFF\0\0\0\0\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s) == "null");
  for (const auto& wrong : {"\xD5\xFF\0\0"s, "\xC7\0\xFF"s, "\xD7\xFF\xFF\xFF\xFF\xFF\0\0\0\0"s,
                            "\xC7\x0C\xFF\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0"s})
    CHECK(read(wrong).starts_with("an extension type is unknown"));
}

TEST_CASE("other extensions are refused") {
  for (const auto& wrong :
       {"\xD4\1\0"s, "\xD5\0\0\0"s, "\xD6\0\0\0\0\0"s, "\xD8\0"s + std::string(16, '\0'), "\xC7\1\1a"s,
        "\xC8\0\1\x7F"
        "a"s,
        "\xC9\0\0\0\1\x80"
        "a"s})
    CHECK(read(wrong) == "an extension type is unknown; send dates, binary or what JSON has");
}

TEST_CASE("what no value begins with, nothing, and bytes behind the value are refused") {
  CHECK(read("\xC1") == "no value begins with the byte 0xc1");
  CHECK(read("") == kTruncated);
  CHECK(read("\1\1") == "bytes follow the value");
  CHECK(read("\x90\xC0") == "bytes follow the value");
}

TEST_CASE("a message cut at any byte is refused") {
  const std::string whole =
      "\xDE\0\x04\xD9\1a\xDC\0\x09\xCC\1\xCD\0\1\xCE\0\0\0\1\xCF\0\0\0\0\0\0\0\1\xD0\1\xD1\0\1\xD2\0\0\0\1"
      "\xCA\0\0\0\0\xCB\0\0\0\0\0\0\0\0\xA1"
      "b\xDD\0\0\0\4\xC4\1x\xC5\0\1x\xC6\0\0\0\1x\xC7\1\0x\xA1"
      "c\xDF\0\0\0\1\xDA\0\1y\xDB\0\0\0\1z\xA1"
      "d\x93\xD7\0\0\0\0\0\0\0\0\0\xD4\0\0\xD6\xFF\0\0\0\0"s;
  REQUIRE(read(whole).starts_with(R"({"a":[1,1,1,1,1,1,1,0,0],"b":[{"_placeholder")"));
  for (size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(read(std::string_view(whole).substr(0, size)) == kTruncated);
  }
}

TEST_CASE("a length beyond the message is refused before anything is kept") {
  for (const auto& head : {"\xDB\xFF\xFF\xFF\xFF"s, "\xC6\xFF\xFF\xFF\xFF"s, "\xDD\xFF\xFF\xFF\xFF"s,
                           "\xC9\xFF\xFF\xFF\xFF\0"s, "\xDF\0\0\0\2"s, "\xDE\xC3\x50"s})
    CHECK(read(head + "abc") == kTruncated);
  CHECK(read("\xDF\xFF\xFF\xFF\xFF"s) == "a map has more than 50000 members");
  CHECK(read("\xDE\xC3\x51"s) == "a map has more than 50000 members");
}

TEST_CASE("values are nested 64 deep and no deeper, as in JSON") {
  const auto arrays = [](size_t depth) { return std::string(depth - 1, '\x91') + '\x90'; };
  const auto maps = [](size_t depth) {
    std::string bytes;
    for (size_t i = 1; i < depth; ++i) bytes += "\x81\xA0";
    return bytes + '\x80';
  };
  CHECK(check_json(read(arrays(64))) == JsonFault::none);
  CHECK(check_json(read(maps(64))) == JsonFault::none);
  CHECK(read(arrays(65)) == "nested deeper than 64 levels");
  CHECK(read(maps(65)) == "nested deeper than 64 levels");
  CHECK(read(arrays(1'000'000)) == "nested deeper than 64 levels");
}

TEST_CASE("JSON is written in the shortest forms") {
  CHECK(write("null") == "\xC0");
  CHECK(write(" [ true , false ] ") == "\x92\xC3\xC2");
  CHECK(write("0") == "\0"s);
  CHECK(write("127") == "\x7F");
  CHECK(write("128") == "\xCC\x80");
  CHECK(write("256") == "\xCD\1\0"s);
  CHECK(write("65536") == "\xCE\0\1\0\0"s);
  CHECK(write("4294967296") == "\xCF\0\0\0\1\0\0\0\0"s);
  CHECK(write("18446744073709551615") == "\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  CHECK(write("-32") == "\xE0");
  CHECK(write("-33") == "\xD0\xDF");
  CHECK(write("-128") == "\xD0\x80");
  CHECK(write("-129") == "\xD1\xFF\x7F");
  CHECK(write("-32769") == "\xD2\xFF\xFF\x7F\xFF");
  CHECK(write("-2147483649") == "\xD3\xFF\xFF\xFF\xFF\x7F\xFF\xFF\xFF");
  CHECK(write("-9223372036854775808") == "\xD3\x80\0\0\0\0\0\0\0"s);
  CHECK(write("\"\"") == "\xA0");
  for (const auto& [size, head] :
       {std::pair(31, "\xBF"s), std::pair(32, "\xD9\x20"s), std::pair(255, "\xD9\xFF"s),
        std::pair(256, "\xDA\1\0"s), std::pair(65536, "\xDB\0\1\0\0"s)}) {
    const std::string text(static_cast<size_t>(size), 'x');
    CHECK(write('"' + text + '"') == head + text);
  }
}

TEST_CASE("numbers that are no 64-bit integers are written as JSON.parse reads them") {
  CHECK(write("0.1") == "\xCB\x3F\xB9\x99\x99\x99\x99\x99\x9A");
  CHECK(write("1e2") == "\xCB\x40\x59\0\0\0\0\0\0"s);
  CHECK(write("-0") == "\xCB\x80\0\0\0\0\0\0\0"s);
  CHECK(write("18446744073709551616") == "\xCB\x43\xF0\0\0\0\0\0\0"s);
  CHECK(write("-9223372036854775809") == "\xCB\xC3\xE0\0\0\0\0\0\0"s);
  CHECK(write("-1e-999") == "\xCB\x80\0\0\0\0\0\0\0"s);
  CHECK(write('-' + std::string(400, '9')) == "\xCB\xFF\xF0\0\0\0\0\0\0"s);
}

TEST_CASE("containers of any size get their head when they end") {
  for (const auto& [items, head] :
       {std::pair(15, "\x9F"s), std::pair(16, "\xDC\0\x10"s), std::pair(65536, "\xDD\0\1\0\0"s)}) {
    std::string json = "[";
    for (int i = 1; i < items; ++i) json += "7,";
    CHECK(write(json + "7]") == head + std::string(static_cast<size_t>(items), '\7'));
  }
  std::string json = "{", bytes;
  for (char key = 'a'; key < 'a' + 16; ++key) {
    json += std::string(key == 'a' ? "" : ",") + '"' + key + "\":[{}]";
    bytes += std::string("\xA1") + key + "\x91\x80";
  }
  CHECK(write(json + '}') == "\xDE\0\x10"s + bytes);
}

TEST_CASE("escapes are written as what they stand for, lone surrogates as U+FFFD") {
  CHECK(write(R"("a\n\"\u00e9\ud83d\ude00\/")") ==
        "\xAA"
        "a\n\"\xC3\xA9\xF0\x9F\x98\x80/");
  CHECK(write(R"("\ud800")") == "\xA3\xEF\xBF\xBD");
  CHECK(write(R"({"\u0061":1})") ==
        "\x81\xA1"
        "a\1");
}

TEST_CASE("JSON deeper than a client may send is written") {
  const std::string json = std::string(500, '[') + std::string(500, ']');
  CHECK(write(json) == std::string(499, '\x91') + '\x90');
}

TEST_CASE("placeholders are written as the attachments they name") {
  const std::string json = R"([{"_placeholder":true,"num":1},{"num":0,"_placeholder":true},)"
                           R"({"_placeholder":true,"num":2},{"a":{}}])";
  CHECK(write(json, {"x", "yz"}) ==
        "\x94\xC4\2yz\xC4\1x\x82\xAC_placeholder\xC3\xA3num\2\x81\xA1"
        "a\x80");
  CHECK(write(R"({"_placeholder":true,"num":0})") == "\x82\xAC_placeholder\xC3\xA3num\0"s);
  CHECK(write(R"({"_placeholder":false,"num":0})", {"x"}) == "\x82\xAC_placeholder\xC2\xA3num\0"s);
  for (const size_t size : {255u, 256u, 65536u}) {
    const std::string bytes = write(R"({"_placeholder":true,"num":0})", {std::string(size, 'x')});
    CHECK(bytes.size() == size + (size < 256 ? 2 : size < 65536 ? 3 : 5));
  }
}

TEST_CASE("what was read is written and read as the same") {
  for (const char* json :
       {R"({"a":[1,-1,0.1,1e+300,18446744073709551615,-9223372036854775808],"b":{"c":null,"d":[[],{}]}})",
        R"(["é\u0000\"",true,false,"",{"":""}])", "-0", "9007199254740993", "[1.5,-2.25e-07]"}) {
    CHECK(read(write(json)) == json);
  }
  const Attachments sent = {"one", std::string("\0\xFF", 2)};
  const std::string json = R"(["a",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1}]])";
  Attachments back;
  CHECK(msgpack_to_json(write(json, sent), back) == json);
  CHECK(back == sent);
}

TEST_CASE("text that is no JSON does no harm") {
  for (const char* text : {"", "]", "}}", "[", "{\"", "\"", "\"\\", "[\"a", "{\"_placeholder\":true", "x",
                           "-", "[1,,]", "\"a\\\"", "\\"}) {
    const std::string copy(text);
    (void)write(copy);
    (void)write(copy, {"x"});
  }
}
