#include "auth/access.h"

#include "auth/narrowing.h"
#include "support/catch.h"

using namespace relay;

namespace {

Grant grant(std::vector<std::string> rooms, std::vector<std::string> types,
            std::vector<std::string> publish = {}, std::vector<std::string> namespaces = {"*"}) {
  return *make_grant({std::move(namespaces), std::move(rooms), std::move(types), std::move(publish)});
}

bool sees(const Access& access, std::string_view type, std::vector<Place> places) {
  return access.may_see(type, places);
}

}  // namespace

TEST_CASE("roles add up, but a type of one is not seen in the rooms of another") {
  const Access access({grant({"a"}, {"x.**"}), grant({"b-*"}, {"y.**"})}, std::nullopt, false);
  CHECK(sees(access, "x.1", {{"/", "a"}}));
  CHECK(sees(access, "y.1", {{"/", "b-1"}}));
  CHECK_FALSE(sees(access, "x.1", {{"/", "b-1"}}));
  CHECK_FALSE(sees(access, "y.1", {{"/", "a"}}));
  CHECK(sees(access, "y.1", {{"/", "a"}, {"/", "b-1"}}));
  CHECK_FALSE(sees(access, "x.1", {}));
  CHECK_FALSE(access.sees_everything());
  CHECK(access.may_join({"/", "b-2"}));
  CHECK_FALSE(access.may_join({"/", "c"}));
}

TEST_CASE("what goes to no room is for those who may see every room") {
  CHECK(sees(Access({grant({"*"}, {"x"})}, std::nullopt, false), "x", {}));
  CHECK_FALSE(sees(Access({grant({"*"}, {"x"}, {}, {"/"})}, std::nullopt, false), "x", {}));
  CHECK_FALSE(sees(Access({grant({"r"}, {"x"})}, std::nullopt, false), "x", {}));
}

TEST_CASE("a token narrows what its roles allow, and widens nothing") {
  const Access access({grant({"a", "b"}, {"x.**"}, {"x.**"})}, grant({"b", "c"}, {"**"}, {"x.1", "y"}), true);
  CHECK(access.may_join({"/", "b"}));
  CHECK_FALSE(access.may_join({"/", "a"}));
  CHECK_FALSE(access.may_join({"/", "c"}));
  CHECK(sees(access, "x.1", {{"/", "b"}}));
  CHECK_FALSE(sees(access, "x.1", {{"/", "a"}}));
  CHECK_FALSE(sees(access, "y", {{"/", "b"}}));
  CHECK(access.may_publish("x.1"));
  CHECK_FALSE(access.may_publish("x.2"));
  CHECK_FALSE(access.may_publish("y"));
}

TEST_CASE("who publishes into a room needs the room of the role that allows the type") {
  const Access access({grant({"dev-*"}, {}, {"a.**"}), grant({"ops"}, {}, {"b.**"})}, std::nullopt, false);
  CHECK(access.may_publish("a.x", "dev-1"));
  CHECK_FALSE(access.may_publish("a.x", "ops"));
  CHECK(access.may_publish("b.x", "ops"));
  CHECK(access.may_publish("a.x"));  // goes where routes say
}

TEST_CASE("types of the relay's own are published by admins only") {
  CHECK_FALSE(Access({grant({"*"}, {"**"}, {"**"})}, std::nullopt, false).may_publish("seneca.emit"));
  CHECK(Access({grant({"*"}, {"**"}, {"**"})}, std::nullopt, true).may_publish("seneca.emit"));
  CHECK_FALSE(Access({grant({"*"}, {"**"})}, std::nullopt, true).may_publish("seneca.emit"));
}

TEST_CASE("no role, or an empty list, is nothing at all") {
  const Access nobody({}, std::nullopt, false);
  CHECK_FALSE(nobody.may_read());
  CHECK_FALSE(nobody.may_publish());
  CHECK_FALSE(nobody.may_enter("/"));
  CHECK_FALSE(sees(nobody, "x", {}));
  const Access blind({grant({"*"}, {}, {"x"})}, std::nullopt, false);
  CHECK_FALSE(blind.may_read());
  CHECK_FALSE(sees(blind, "x", {}));
  CHECK(blind.may_publish("x"));
}

TEST_CASE("those with equal sight share what is made for them, in whatever order their lists are") {
  const Access one({grant({"a", "b"}, {"x", "y"}), grant({"c"}, {"z"})}, std::nullopt, false);
  const Access two({grant({"c"}, {"z"}, {"p"}), grant({"b", "a"}, {"y", "x"})}, std::nullopt, true);
  CHECK(one.sight() == two.sight());
  CHECK(one.sight() != Access({grant({"a", "b"}, {"x", "y"})}, std::nullopt, false).sight());
  CHECK(one.sight() !=
        Access({grant({"a", "b"}, {"x", "y"}), grant({"c"}, {"z"})}, grant({"*"}, {"**"}), false).sight());
}
