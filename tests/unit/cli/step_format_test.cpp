#include "cli/output/step_format.h"

#include <cstdlib>
#include <ctime>

#include "support/catch.h"

namespace relay {
namespace {

constexpr const char* kEvent = R"({"type":"a.b","time":"2026-03-03T23:53:00Z","data":1})";
constexpr const char* kLine = "23:53:00.000 a.b                      -              normal   1";

std::string text(const std::string& step, EventFormatOptions options = {}) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  return format_step(step, options);
}
std::string step(const std::string& verdict, const std::string& more) {
  return R"({"plugin":"p","verdict":")" + verdict + R"(","event":)" + kEvent + more + '}';
}

TEST_CASE("a step has its verdict, the event, and below it the reason") {
  CHECK(text(step("drop", R"(,"reason":"no news","changes":[],"emitted":[])")) ==
        "drop    " + std::string(kLine) + "\n        reason: no news");
}

TEST_CASE("changes stand below the event, emitted events beside it") {
  CHECK(text(step("pass", R"(,"changes":[{"field":"data","old":1,"new":"x"},{"field":"room","new":"r"}],)"
                          R"("emitted":[)" +
                              std::string(kEvent) + "]")) ==
        "pass    " + std::string(kLine) +
            "\n        data: 1 → \"x\"\n        room: (none) → \"r\"\nemit    " + kLine);
}

TEST_CASE("of a timer there are emitted events only") {
  CHECK(text(R"({"plugin":"p","verdict":"tick","changes":[],"emitted":[)" + std::string(kEvent) + "]}") ==
        "emit    " + std::string(kLine));
}

TEST_CASE("a step keeps to the terminal's width, and cannot steer it") {
  EventFormatOptions narrow;
  narrow.columns = 24;
  CHECK(text(step("drop", R"(,"reason":"a reason that is longer")"), narrow) ==
        "drop    23:53:00.000 a.…\n        reason: a reaso…");
  EventFormatOptions colour;
  colour.color = true;
  CHECK(text(step("fail", ",\"reason\":\"\\u001b[2J\""), colour).find("\x1b[31mfail\x1b[0m") == 0);
  CHECK(text(step("fail", ",\"reason\":\"\\u001b[2J\"")).find('\x1b') == std::string::npos);
}

}  // namespace
}  // namespace relay
