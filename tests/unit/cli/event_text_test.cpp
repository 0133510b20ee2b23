#include "cli/bench/event_text.h"

#include <seneca/json.hpp>
#include <string>

#include "support/catch.h"

namespace relay {
namespace {

std::string stamped(uint64_t number, int64_t time_ns) {
  EventText text(200);
  return std::string(text.stamped(number, time_ns));
}

void check_found(const std::string& payload, uint64_t number, int64_t time_ns) {
  CAPTURE(payload);
  StampFinder finder;
  for (int again = 0; again < 2; ++again) {  // the second time it looks where it was
    EventStamp stamp;
    REQUIRE(finder.find(payload, stamp));
    CHECK(stamp.number == number);
    CHECK(stamp.time_ns == time_ns);
  }
}

TEST_CASE("an event has the size that was asked for, whatever its number") {
  for (const size_t bytes : {EventText::kMinBytes, size_t{300}, size_t{100'000}}) {
    EventText text(bytes);
    CHECK(text.stamped(0, 0).size() == bytes);
    CHECK(text.stamped(99'999'999'999, 86'400'000'000'000).size() == bytes);
  }
}

TEST_CASE("events of a file are given as they are, each publisher its part") {
  const auto lines =
      std::make_shared<const EventLines>(EventLines{R"({"a":1})", R"({"b":22})", R"({"c":3})"});
  EventText text(lines, 1, 3);
  REQUIRE(text.count() == 2);
  CHECK(text.stamped(0, 5) == R"({"b":22})");
  CHECK(text.size(0) == 8);
  CHECK(text.stamped(1, 6) == R"({"c":3})");
}

TEST_CASE("an event is JSON in the shape the relay takes") {
  const std::string text = stamped(42, 1'500'000);
  const seneca::JsonView json(text);
  CHECK(json.get("type").equals("bench.tick"));
  CHECK(json.get("data").get("t").raw() == "1000000001500000");
  CHECK(json.get("data").get("n").raw() == "100000000042");
}

TEST_CASE("the stamp is found in any envelope") {
  const std::string text = stamped(42, 1'500'000);
  const std::string data = text.substr(text.find("{\"t\""));
  check_found(text, 42, 1'500'000);
  check_found("42[\"event\"," + text + "]", 42, 1'500'000);
  check_found(R"({"specversion":"1.0","time":"2026-11-23","t":7,"data":)" + data, 42, 1'500'000);
  check_found("id: e:1\nevent: bench.tick\ndata: " + text + "\n", 42, 1'500'000);
  check_found(R"({"data": {"t": 1000000000000009, "n": 100000000007, "pad": ""}})", 7, 9);
  check_found(R"({"data":"{\"t\":1000000000000009,\"n\":100000000007,\"pad\":\"\"}"})", 7, 9);
}

TEST_CASE("what is no stamp is not taken for one") {
  StampFinder finder;
  EventStamp stamp;
  for (const char* payload :
       {"", "\"t\":", R"("t":5,"n":6})", R"("t":1000000000000000)", R"("t":1000000000000000,"n":)",
        R"("t":1000000000000000,"n":100000000000)", R"("t":1000000000000000,"m":100000000000,)",
        R"("t":10000000000000001,"n":100000000000,)", R"("t":0000000000000001,"n":100000000000,)"}) {
    CAPTURE(payload);
    CHECK_FALSE(finder.find(payload, stamp));
  }
}

}  // namespace
}  // namespace relay
