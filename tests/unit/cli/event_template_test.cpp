#include "cli/client/event_template.h"

#include <set>

#include "support/catch.h"

namespace relay {
namespace {

class FixedClock final : public Clock {
 public:
  [[nodiscard]] int64_t wall_us() const override { return 1'772'582'400'000'000; }
  [[nodiscard]] int64_t monotonic_us() const override { return 0; }
};

std::string expand(const std::string& text, uint64_t i = 1) {
  uint64_t random = 7;
  const Result<EventTemplate> compiled = EventTemplate::parse(text);
  return compiled ? compiled->expand(i, FixedClock(), random) : compiled.error().subject;
}

TEST_CASE("placeholders are filled in") {
  CHECK(expand("a{{i}}b{{i}}", 42) == "a42b42");
  CHECK(expand("{\"at\":\"{{now}}\"}") == "{\"at\":\"2026-03-04T00:00:00Z\"}");
  CHECK(expand("{{uuid}}").size() == 36);
  CHECK(expand("{{rand:5:5}}") == "5");
  CHECK(expand("{{rand:-3:-3}}") == "-3");
}

TEST_CASE("JSON braces are left alone") {
  CHECK(expand("{\"a\":{\"b\":{}}}") == "{\"a\":{\"b\":{}}}");
  CHECK(expand("{{ never closed") == "{{ never closed");
  CHECK(expand("").empty());
}

TEST_CASE("an unknown placeholder is refused by name") {
  CHECK(expand("x {{I}}") == "{{I}}");
  for (const char* text : {"{{}}", "{{rand}}", "{{rand:1}}", "{{rand:2:1}}", "{{rand:a:b}}", "{{rand::1}}"}) {
    CAPTURE(text);
    CHECK_FALSE(EventTemplate::parse(text));
  }
}

TEST_CASE("random numbers stay in their range and reach both ends") {
  const Result<EventTemplate> compiled = EventTemplate::parse("{{rand:-1:1}}");
  REQUIRE(compiled);
  uint64_t random = 1;
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) seen.insert(compiled->expand(1, FixedClock(), random));
  CHECK(seen == std::set<std::string>{"-1", "0", "1"});
}

TEST_CASE("a literal is not expanded") {
  uint64_t random = 0;
  CHECK(EventTemplate::literal("{{i}}").expand(1, FixedClock(), random) == "{{i}}");
}

}  // namespace
}  // namespace relay
