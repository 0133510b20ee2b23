#include "base/ids.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "support/catch.h"

using namespace relay;

TEST_CASE("a UUIDv7 has its version, its variant and the time, and sorts by it") {
  constexpr int64_t kTime = 0x0123'4567'89AB * int64_t{1000};
  const std::string id = uuid_v7(kTime);
  REQUIRE(id.size() == 36);
  CHECK(id.starts_with("01234567-89ab-7"));
  CHECK(std::string_view("89ab").find(id[19]) != std::string_view::npos);
  for (const size_t dash : {8, 13, 18, 23}) CHECK(id[dash] == '-');
  CHECK(std::count(id.begin(), id.end(), '-') == 4);
  CHECK(id.find_first_not_of("0123456789abcdef-") == std::string::npos);
  CHECK(uuid_v7(kTime) < uuid_v7(kTime + 1000));
}

TEST_CASE("an id begins with a letter, so that no command takes it for an option") {
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = random_id();
    REQUIRE(id.size() == 20);
    REQUIRE(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
            std::string::npos);
    REQUIRE(std::isalpha(static_cast<unsigned char>(id.front())) != 0);
  }
}

TEST_CASE("ids differ, also when the randomness kept at hand runs out") {
  std::set<std::string> ids;
  for (int i = 0; i < 3000; ++i) {
    ids.insert(uuid_v7(0));
    if (i % 7 == 0) ids.insert(random_id());
  }
  CHECK(ids.size() == 3000 + 429);
}

TEST_CASE("an id with a part says which, begins with a letter and is as random as the others") {
  for (const size_t parts : {1U, 2U, 3U, 5U, 7U, 16U, 64U, 100U, 1000U, 2047U, 2048U}) {
    std::set<std::string> ids;
    for (size_t i = 0; i < 4096; ++i) {
      const size_t part = i < 2 * parts ? i % parts : (i * 7919) % parts;
      const std::string id = random_id(part, parts);
      REQUIRE(id.size() == 20);
      REQUIRE(std::isalpha(static_cast<unsigned char>(id.front())) != 0);
      REQUIRE(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
              std::string::npos);
      REQUIRE(part_of_id(id, parts) == part);
      ids.insert(id);
    }
    CHECK(ids.size() == 4096);
  }
}

TEST_CASE("what is no id has a part as well, and one that exists") {
  for (const std::string_view text : {"", "A", "__proto__", "nobody", "Z\x7f", "\xff\xff", "--", "99"})
    for (const size_t parts : {1U, 2U, 5U, 2048U}) CHECK(part_of_id(text, parts) < parts);
}
