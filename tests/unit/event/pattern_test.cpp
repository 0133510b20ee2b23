#include "event/pattern.h"

#include "support/catch.h"

using relay::Pattern;
using relay::PatternSet;

namespace {

bool matches(std::string_view pattern, std::string_view type) {
  return Pattern::parse(pattern)->matches(type);
}

}  // namespace

TEST_CASE("A pattern without wildcards matches its own type only") {
  CHECK(matches("agent.status.changed", "agent.status.changed"));
  CHECK_FALSE(matches("agent.status.changed", "agent.status"));
  CHECK_FALSE(matches("agent.status", "agent.status.changed"));
}

TEST_CASE("One star stands for exactly one level") {
  CHECK(matches("agent.*", "agent.registered"));
  CHECK_FALSE(matches("agent.*", "agent"));
  CHECK_FALSE(matches("agent.*", "agent.status.changed"));
  CHECK(matches("*.status.*", "agent.status.changed"));
  CHECK(matches("*", "agent"));
  CHECK_FALSE(matches("*", "agent.x"));
}

TEST_CASE("Two stars stand for one or more levels") {
  CHECK(matches("agent.**", "agent.x"));
  CHECK(matches("agent.**", "agent.x.y"));
  CHECK_FALSE(matches("agent.**", "agent"));
  CHECK_FALSE(matches("agent.**", "agents.x"));
  CHECK(matches("**", "agent"));
  CHECK(matches("**", "a.b.c"));
  CHECK(matches("a.**.z", "a.b.z"));
  CHECK(matches("a.**.z", "a.b.z.c.z"));
  CHECK_FALSE(matches("a.**.z", "a.z"));
  CHECK_FALSE(matches("a.**.z", "a.b.c"));
  CHECK(matches("**.z", "a.b.z"));
  CHECK_FALSE(matches("**.z", "z"));
  CHECK(matches("**.b.**", "a.b.c"));
  CHECK_FALSE(matches("**.b.**", "b.c"));
  CHECK(matches("**.**", "a.b"));
  CHECK_FALSE(matches("**.**", "a"));
  CHECK(matches("**.*.c", "a.b.c"));
  CHECK(matches("*.**", "a.b.c"));
}

TEST_CASE("A malformed pattern is refused by name") {
  for (const char* text : {"", "a*", "a.b*.c", "***", "a..b", ".a", "a.", "a b", "a,b", "a\"", "\xC3\xA4"}) {
    const auto pattern = Pattern::parse(text);
    INFO(text);
    REQUIRE_FALSE(pattern);
    CHECK(pattern.error().code == "bad_pattern");
    CHECK(pattern.error().subject == text);
  }
  CHECK_FALSE(Pattern::parse(std::string(256, 'a')));
}

TEST_CASE("A set matches what any of its patterns matches, an empty one everything") {
  const auto set = PatternSet::parse({"agent.*", "task.**"});
  REQUIRE(set);
  CHECK(set->matches("agent.x"));
  CHECK(set->matches("task.x.y"));
  CHECK_FALSE(set->matches("project.x"));
  CHECK(PatternSet().matches("anything"));
  CHECK(PatternSet::parse({"ok", "b*d"}).error().subject == "b*d");
}

TEST_CASE("A set is read from a comma list") {
  const auto set = PatternSet::parse_list(" agent.* , task.**");
  REQUIRE(set);
  CHECK(set->patterns().size() == 2);
  CHECK(set->patterns()[1].text() == "task.**");
  CHECK(PatternSet::parse_list("  ")->empty());
  CHECK(PatternSet::parse_list("a,,b").error().code == "bad_pattern");
  CHECK_FALSE(PatternSet::parse_list("a,"));
}

TEST_CASE("A pattern made to be slow is not") {
  std::string pattern = "**";
  while (pattern.size() < 240) pattern += ".*.**";
  std::string type = "a";
  while (type.size() < 254) type += ".a";
  CHECK(matches(pattern, type));
  CHECK_FALSE(matches("**.a.**.a.**.a.**.a.**.b", type));
}
