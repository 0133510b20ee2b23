#include "plugin/directory.h"

#include "support/catch.h"
#include "support/temp_dir.h"

using relay::PluginDirectory;
using relay::test::TempDir;

TEST_CASE("a name is looked up in each place, earlier ones first") {
  const TempDir directory;
  directory.write("a/marcus.so", "");
  directory.write("b/marcus.so", "");
  directory.write("b/other.so", "");
  const PluginDirectory plugins({directory.path() / "none", directory.path() / "a", directory.path() / "b"});
  CHECK(plugins.find("marcus") == directory.path() / "a/marcus.so");
  CHECK(plugins.find("other") == directory.path() / "b/other.so");
}

TEST_CASE("what has a slash or ends in .so is a path, whether it exists or not") {
  const PluginDirectory plugins({});
  CHECK(plugins.find("./marcus") == std::filesystem::path("./marcus"));
  CHECK(plugins.find("/lib/marcus.so") == std::filesystem::path("/lib/marcus.so"));
  CHECK(plugins.find("marcus.so") == std::filesystem::path("marcus.so"));
}

TEST_CASE("an unknown name is answered with the places and the name it resembles") {
  const TempDir directory;
  directory.write("marcus.so", "");
  const PluginDirectory plugins({directory.path(), "/nowhere"});
  const auto found = plugins.find("markus");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == "plugin_not_found");
  CHECK(found.error().subject == "markus");
  CHECK(found.error().message ==
        "no plugin of that name in " + directory.path().string() + ", /nowhere; did you mean \"marcus\"?");
  CHECK_THAT(plugins.find("frobnicate").error().message,
             Catch::Matchers::EndsWith("/nowhere; give its path"));
}

TEST_CASE("files lists what can be found by name, once each") {
  const TempDir directory;
  directory.write("a/one.so", "");
  directory.write("a/readme.txt", "");
  directory.write("b/one.so", "");
  directory.write("b/a-two.so", "");
  const PluginDirectory plugins({directory.path() / "a", directory.path() / "b", directory.path() / "none"});
  CHECK(plugins.files() ==
        std::vector<std::filesystem::path>{directory.path() / "b/a-two.so", directory.path() / "a/one.so"});
}

TEST_CASE("the usual places are the search path and then those near the executable") {
  using Places = std::vector<std::filesystem::path>;
  CHECK(PluginDirectory::usual_places("", "/usr/bin") == Places{"/usr/lib/seneca/plugins"});
  CHECK(PluginDirectory::usual_places("/a::b:", "/opt/bin") == Places{"/a", "b", "/opt/lib/seneca/plugins"});
}
