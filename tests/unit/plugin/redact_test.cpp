#include <string>

#include "support/plugin_bench.h"

using namespace relay;
using namespace relay::test;

namespace {

const std::filesystem::path kPlugin = std::filesystem::path(BUILT_PLUGINS) / "redact.so";

// The data after the plugin, or "fail: REASON".
std::string redacted(PluginInstance& plugin, const std::string& data) {
  const EventRef event = make_event("t", "1", data);
  EventBatch batch({});
  batch.assign({&event, 1});
  plugin.process(batch);
  return batch.verdict(0) == Verdict::pass ? std::string(batch.event(0).data())
                                           : "fail: " + std::string(batch.reason(0));
}

}  // namespace

TEST_CASE("redact leaves every byte of what is no secret") {
  Bench bench;
  const auto plugin =
      bench.must_create(kPlugin, R"({"keys": ["k"], "pointers": ["/p/0"], "detect": ["email"]})");
  const std::string ends[] = {"1",          "-0.00e+99", "123456789012345678901234567890",
                              "true",       "null",      R"("\u0041\/\ud83d")",
                              R"("äöü\n")", "[ ]",       "{ }",
                              R"("")"};
  for (const std::string& end : ends) {
    const std::string data = "{ \"a\" :\t[ " + end + " ,\n" + end + "], \"a\": " + end + " }";
    CHECK(redacted(*plugin, data) == data);
    const std::string with_secrets =
        R"({"K" : )" + end + R"(, "b":)" + end + R"(,"p": [)" + end + "," + end + "]}";
    CHECK(redacted(*plugin, with_secrets) ==
          R"({"K" : "[redacted]", "b":)" + end + R"(,"p": ["[redacted]",)" + end + "]}");
  }
}

TEST_CASE("redact keeps lone surrogates but beside a secret") {
  Bench bench;
  const auto plugin = bench.must_create(kPlugin, R"({"detect": ["email"]})");
  CHECK(redacted(*plugin, R"({"a":"\ud800","b":"\udc00 ann@mail.example.org"})") ==
        "{\"a\":\"\\ud800\",\"b\":\"\xEF\xBF\xBD [redacted]\"}");
}

TEST_CASE("redact reaches as deep as data may be") {
  Bench bench;
  const auto plugin = bench.must_create(kPlugin, R"({"keys": ["secret"]})");
  const auto nested = [](const std::string& value) {
    return std::string(63, '[') + R"({"secret":)" + value + "}" + std::string(63, ']');
  };
  CHECK(redacted(*plugin, nested("1")) == nested(R"("[redacted]")"));
}

TEST_CASE("redact says which pattern cannot be used, and which pointer") {
  Bench bench;
  const auto pattern = bench.create(kPlugin, R"({"patterns": ["a", "(b"]})");
  REQUIRE_FALSE(pattern);
  CHECK(pattern.error().message ==
        R"(refused its configuration: patterns: "(b" cannot be used: missing ): (b; see RE2's syntax)");
  const auto pointer = bench.create(kPlugin, R"({"pointers": ["user/token"]})");
  REQUIRE_FALSE(pointer);
  CHECK(pointer.error().message ==
        "refused its configuration: \"user/token\" is no JSON pointer; write a slash in "
        "front of each step, as in /user/token");
}
