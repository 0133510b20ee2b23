#include "codec/emission.h"

#include "support/catch.h"

using namespace relay;

namespace {

using Kind = Emission::Kind;
using Texts = std::vector<std::string>;

Emission read(std::string_view type, std::string_view data) {
  const Result<Emission> emission = parse_emission(type, data);
  if (!emission) FAIL(emission.error().to_string());
  return *emission;
}

// "code subject"
std::string problem(std::string_view data, std::string_view type = "seneca.emit") {
  const Result<Emission> emission = parse_emission(type, data);
  return emission ? "" : emission.error().code + " " + emission.error().subject;
}

std::string with_list(const std::string& member, size_t count, const std::string& item) {
  std::string text = R"({"event":"e",")" + member + "\":[";
  for (size_t i = 0; i < count; ++i) text += (i > 0 ? "," : "") + item;
  return text + "]}";
}

}  // namespace

TEST_CASE("an emission has a name, and everything else a default") {
  const Emission emission = read("seneca.emit", R"({"event":"hello"})");
  CHECK(emission.kind == Kind::emit);
  CHECK(emission.namespace_ == "/");
  CHECK(emission.event == "hello");
  CHECK(emission.args.empty());
  CHECK(emission.rooms.empty());
  CHECK(emission.except.empty());
  CHECK(emission.attachments.empty());
  CHECK_FALSE(emission.volatile_);
}

TEST_CASE("an emission is read as a whole, in any order of members") {
  const Emission emission = read("seneca.emit", R"( {"args": [ 1, {"a": [ ]} , "x\n" ],"volatile":true,
      "namespace":"/ns","except":["c"],"rooms":["a","b"],"\u0065vent":"sp\u0061ce bar"} )");
  CHECK(emission.event == "space bar");
  CHECK(emission.args == R"(1, {"a": [ ]} , "x\n")");
  CHECK(emission.volatile_);
  CHECK(emission.namespace_ == "/ns");
  CHECK(emission.rooms == Texts{"a", "b"});
  CHECK(emission.except == Texts{"c"});
  CHECK(read("seneca.emit", R"({"event":"e","args":[ ]})").args.empty());
}

TEST_CASE("attachments are decoded, and placeholders name them") {
  const Emission emission = read(
      "seneca.emit",
      R"({"event":"e","args":[{"deep":[{"_placeholder":true,"num":1}]},{"num":0,"_placeholder":true}],"attachments":["AAH/",""]})");
  CHECK(emission.attachments == Texts{std::string("\0\x01\xff", 3), ""});
  CHECK(problem(R"({"event":"e","args":[{"_placeholder":true,"num":0}]})") == "bad_attachment args");
  CHECK(problem(R"({"attachments":["AA=="],"event":"e","args":[{"_placeholder":true,"num":1}]})") ==
        "bad_attachment args");
  CHECK(problem(R"({"event":"e","attachments":["AA"]})") == "bad_attachment attachments");
  CHECK(problem(R"({"event":"e","attachments":[1]})") == "bad_attachment attachments");
  CHECK(problem(with_list("attachments", 10, "\"\"")).empty());
  CHECK(problem(with_list("attachments", 11, "\"\"")) == "bad_attachment attachments");
}

TEST_CASE("joins, leaves and disconnects are read") {
  const Emission join = read("seneca.join", R"({"rooms":["a"],"except":["b"],"join":["x","y"]})");
  CHECK(join.kind == Kind::join);
  CHECK(join.rooms == Texts{"a"});
  CHECK(join.except == Texts{"b"});
  CHECK(join.other_rooms == Texts{"x", "y"});
  const Emission leave = read("seneca.leave", R"({"namespace":"/ns","leave":["x"]})");
  CHECK(leave.kind == Kind::leave);
  CHECK(leave.namespace_ == "/ns");
  CHECK(leave.other_rooms == Texts{"x"});
  CHECK_FALSE(read("seneca.disconnect", "{}").close);
  const Emission disconnect = read("seneca.disconnect", R"({"close":true})");
  CHECK(disconnect.kind == Kind::disconnect);
  CHECK(disconnect.close);
}

TEST_CASE("what an emission lacks or has too much of is refused by name") {
  CHECK(problem("") == "bad_json byte 0");
  CHECK(problem("{\"event\":\"\\ud800\"}") == "bad_json byte 10");
  CHECK(problem("[]") == "not_object data");
  CHECK(problem("{}") == "missing_field event");
  CHECK(problem("{}", "seneca.join") == "missing_field join");
  CHECK(problem(R"({"join":[]})", "seneca.join") == "missing_field join");
  CHECK(problem("{}", "seneca.leave") == "missing_field leave");
  CHECK(problem(R"({"event":"e","room":"a"})") == "unknown_member room");
  CHECK(problem(R"({"event":"e"})", "seneca.disconnect") == "unknown_member event");
  CHECK(problem(R"({"event":"e","close":true})") == "unknown_member close");
  CHECK(problem(R"({"leave":["a"]})", "seneca.join") == "unknown_member leave");
  CHECK(problem(R"({"event":"e","event":"e"})") == "duplicate_key event");
  CHECK(problem("{}", "seneca.dance") == "unknown_type seneca.dance");
  CHECK(problem("{}", "emit") == "unknown_type emit");
}

TEST_CASE("a member of the wrong kind is refused") {
  for (const char* value : {"null", "1", "{}", "\"a\"", "[1]"})
    for (const char* member : {"rooms", "except"}) {
      CAPTURE(member, value);
      CHECK(problem(R"({"event":"e",")" + std::string(member) + "\":" + value + "}") ==
            "bad_field " + std::string(member));
    }
  CHECK(problem(R"({"event":1})") == "bad_field event");
  CHECK(problem(R"({"event":"e","args":{}})") == "bad_field args");
  CHECK(problem(R"({"event":"e","args":null})") == "bad_field args");
  CHECK(problem(R"({"event":"e","volatile":1})") == "bad_field volatile");
  CHECK(problem(R"({"event":"e","attachments":"AA=="})") == "bad_field attachments");
  CHECK(problem(R"({"event":"e","namespace":null})") == "bad_field namespace");
  CHECK(problem(R"({"close":"true"})", "seneca.disconnect") == "bad_field close");
}

TEST_CASE("names that cannot be on the wire are refused") {
  CHECK(problem(R"({"event":""})") == "bad_event event");
  CHECK(problem(R"({"event":"disconnect"})") == "bad_event event");
  for (const char* name : {"", "ns", "/a,b", "/a?b"})
    CHECK(problem(R"({"event":"e","namespace":")" + std::string(name) + "\"}") == "bad_namespace namespace");
  CHECK(problem(R"({"event":"e","namespace":"/)" + std::string(255, 'n') + "\"}").empty());
  CHECK(problem(R"({"event":"e","namespace":"/)" + std::string(256, 'n') + "\"}") ==
        "bad_namespace namespace");
  CHECK(problem(R"({"event":"e","rooms":[""]})") == "bad_room rooms");
  CHECK(problem(R"({"event":"e","except":["a*"]})") == "bad_room except");
  CHECK(problem(R"({"join":["a\n"]})", "seneca.join") == "bad_room join");
}

TEST_CASE("a list names at most 64 rooms") {
  for (const char* member : {"rooms", "except"}) {
    CHECK(problem(with_list(member, 64, "\"a\"")).empty());
    CHECK(problem(with_list(member, 65, "\"a\"")) == "too_many_rooms " + std::string(member));
  }
}

TEST_CASE("the four types are emissions, and no others") {
  for (const char* type : {"seneca.emit", "seneca.join", "seneca.leave", "seneca.disconnect"})
    CHECK(is_emission(type));
  for (const char* type : {"", "seneca", "seneca.gap", "seneca.emit.x", "emit"})
    CHECK_FALSE(is_emission(type));
}
