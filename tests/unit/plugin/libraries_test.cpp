#include "plugin/libraries.h"

#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "support/plugin_bench.h"
#include "support/temp_dir.h"

using namespace relay;
using namespace relay::test;
namespace fs = std::filesystem;

TEST_CASE("a file that took the place of another one is a new library, the same file the same code") {
  TempDir directory;
  const fs::path file = directory.path() / "it.so", next = directory.path() / "next.so";
  PluginLibraries libraries{PluginDirectory({directory.path()})};
  fs::copy_file(fixture("everything"), file);
  const auto first = libraries.open("it");
  REQUIRE(first);
  const auto again = libraries.open(file.string());
  REQUIRE(again);
  CHECK(&(*first)->table() == &(*again)->table());
  CHECK((*first)->file() == (*again)->file());
  fs::copy_file(fixture("numbering"), next);
  fs::rename(next, file);
  const auto second = libraries.open("it");
  REQUIRE(second);
  CHECK((*first)->id() == "org.example.everything");
  CHECK((*second)->id() == "org.example.numbering");
  CHECK_FALSE((*first)->file().same_file((*second)->file()));
}

TEST_CASE("a file written over while its code is in use is refused, with the remedy") {
  TempDir directory;
  const fs::path file = directory.path() / "it.so";
  PluginLibraries libraries{PluginDirectory({})};
  fs::copy_file(fixture("everything"), file);
  REQUIRE(libraries.open(file.string()));
  std::ofstream(file, std::ios::app) << "more";  // behind what is mapped: this process goes on
  const auto refused = libraries.open(file.string());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "plugin_overwritten");
  CHECK(refused.error().subject == file.string());
  CHECK(refused.error().message.find("`mv` it") != std::string::npos);
}

TEST_CASE("a file that was refused may be written over") {
  TempDir directory;
  const fs::path file = directory.write("it.so", "no plugin");
  PluginLibraries libraries{PluginDirectory({})};
  CHECK(libraries.open(file.string()).error().code == "plugin_not_elf");
  fs::copy_file(fixture("everything"), file, fs::copy_options::overwrite_existing);
  CHECK(libraries.open(file.string()));
  CHECK(libraries.open("nowhere").error().code == "plugin_not_found");
}
