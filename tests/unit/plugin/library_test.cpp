#include "plugin/library.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "support/plugin_bench.h"
#include "support/temp_dir.h"

using relay::PluginLibrary;
using relay::test::fixture;
using relay::test::TempDir;

namespace {

// Every refusal has its own code, names the file, and says what to do.
void check_refused(const std::filesystem::path& file, const std::string& code, const std::string& remedy) {
  INFO(file);
  const auto library = PluginLibrary::open(file);
  REQUIRE_FALSE(library);
  CHECK(library.error().code == code);
  CHECK(library.error().subject == file.string());
  CHECK_THAT(library.error().message, Catch::Matchers::Contains(remedy));
}

std::filesystem::path copy_to(const TempDir& directory, const std::string& name, mode_t mode = 0644) {
  const std::filesystem::path file = directory.path() / "plugin.so";
  std::filesystem::copy_file(fixture(name), file);
  ::chmod(file.c_str(), mode);
  return file;
}

}  // namespace

TEST_CASE("a good plugin is opened and says what it is") {
  const auto library = PluginLibrary::open(fixture("everything"));
  REQUIRE(library);
  CHECK((*library)->id() == "org.example.everything");
  CHECK((*library)->version() == "1.2.3");
  CHECK((*library)->summary() == "does as it is told");
  CHECK((*library)->path() == fixture("everything"));
  CHECK((*library)->roles().filter != nullptr);
  CHECK((*library)->roles().view != nullptr);
  CHECK((*library)->roles().timer != nullptr);
  CHECK((*library)->roles().state != nullptr);
}

TEST_CASE("a plugin lacks the roles it does not have") {
  const auto library = PluginLibrary::open(fixture("bad_verdict"));
  REQUIRE(library);
  CHECK((*library)->roles().filter != nullptr);
  CHECK((*library)->roles().view == nullptr);
  CHECK((*library)->summary().empty());
}

TEST_CASE("files opened one after the other are different plugins although descriptors are used again") {
  const auto first = PluginLibrary::open(fixture("everything"));
  const auto second = PluginLibrary::open(fixture("bad_throws"));
  const auto third = PluginLibrary::open(fixture("everything"));
  REQUIRE((first && second && third));
  CHECK((*first)->id() == "org.example.everything");
  CHECK((*second)->id() == "org.example.bad-throws");
  CHECK(&(*third)->table() == &(*first)->table());
}

TEST_CASE("opening plugins leaves no descriptor behind") {
  const auto descriptors = [] {
    const std::filesystem::directory_iterator open("/proc/self/fd");
    return std::distance(begin(open), end(open));
  };
  REQUIRE(PluginLibrary::open(fixture("everything")));
  const auto before = descriptors();
  for (int i = 0; i < 10; ++i) {
    REQUIRE(PluginLibrary::open(fixture("everything")));
    REQUIRE_FALSE(PluginLibrary::open(fixture("bad_no_symbol")));
  }
  CHECK(descriptors() == before);
}

TEST_CASE("what is no plugin file is refused") {
  const TempDir directory;
  check_refused(directory.path() / "missing.so", "plugin_not_found", "check the path");
  check_refused(directory.write("file", "") / "below.so", "plugin_not_found", "check the path");
  check_refused(directory.write("text.so", "#!/bin/sh\n"), "plugin_not_elf", "seneca_add_plugin()");
  check_refused(directory.write("empty.so", ""), "plugin_not_elf", "seneca_add_plugin()");
  check_refused(directory.write("torn.so",
                                "\x7F"
                                "ELF torn"),
                "plugin_load_failed", "ldd -r");
  check_refused(directory.path(), "plugin_not_regular", "give the .so file");
}

TEST_CASE("a FIFO is refused without waiting for a writer") {
  const TempDir directory;
  const auto fifo = directory.path() / "fifo.so";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  check_refused(fifo, "plugin_not_regular", "give the .so file");
}

TEST_CASE("a load error names the file and not the descriptor it was read through") {
  const TempDir directory;
  const auto library = PluginLibrary::open(directory.write("torn.so",
                                                           "\x7F"
                                                           "ELF torn"));
  REQUIRE_FALSE(library);
  CHECK_THAT(library.error().message, !Catch::Matchers::Contains("/proc/"));
}

TEST_CASE("a symbolic link is refused") {
  const TempDir directory;
  const auto link = directory.path() / "link.so";
  std::filesystem::create_symlink(fixture("everything"), link);
  check_refused(link, "plugin_symlink", "give the file it points to");
}

TEST_CASE("a file others may write is refused") {
  const TempDir directory;
  const auto file = copy_to(directory, "everything", 0646);
  check_refused(file, "plugin_writable", "chmod go-w " + file.string());
}

TEST_CASE("a file the own group may write is accepted, one a foreign group may write is not") {
  const TempDir directory;
  const auto file = copy_to(directory, "everything", 0664);
  CHECK(PluginLibrary::open(file));
  if (::geteuid() != 0) return;  // only root can give a file to a group it is not in
  REQUIRE(::chown(file.c_str(), 0, 12345) == 0);
  check_refused(file, "plugin_writable", "chmod go-w " + file.string());
}

TEST_CASE("a file of another user is refused") {
  if (::geteuid() != 0) return;  // only root can give files away
  const TempDir directory;
  const auto file = copy_to(directory, "everything");
  REQUIRE(::chown(file.c_str(), 12345, 0) == 0);
  check_refused(file, "plugin_foreign_owner", "chown 0 " + file.string());
}

TEST_CASE("a file below a directory everybody may write to is refused unless that is sticky") {
  const TempDir directory;
  const auto file = copy_to(directory, "everything");
  REQUIRE(::chmod(directory.path().c_str(), 0777) == 0);
  check_refused(file, "plugin_writable_directory", "chmod o-w " + directory.path().string());
  REQUIRE(::chmod(directory.path().c_str(), 01777) == 0);
  CHECK(PluginLibrary::open(file));
}

TEST_CASE("a shared object without a usable plugin in it is refused") {
  check_refused(fixture("bad_no_symbol"), "plugin_no_symbol", "SENECA_PLUGIN");
  check_refused(fixture("bad_wrong_abi"), "plugin_wrong_abi", "rebuild it with this relay's headers");
  check_refused(fixture("bad_table"), "plugin_bad_table", "has no destroy function; rebuild");
  check_refused(fixture("bad_id"), "plugin_bad_table", "no id of the form");
  check_refused(fixture("bad_role_table"), "plugin_bad_table", "lacks a function; set its size");
  check_refused(fixture("bad_subprotocol"), "plugin_bad_table",
                "codec's subprotocol is none, or one of ours");
  check_refused(fixture("bad_no_role"), "plugin_no_role", "return a table for one");
  check_refused(fixture("bad_schema"), "plugin_bad_schema", "at /properties/limit/type: must be a type name");
}
