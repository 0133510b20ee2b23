#include "journal/directory.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.h"

using namespace relay;

namespace {

/// Sets variables, and back at the end.
class Environment {
 public:
  void set(const char* name, const char* value) {
    const char* const old = std::getenv(name);
    before_.emplace_back(name, old == nullptr ? std::nullopt : std::optional<std::string>(old));
    put(name, value);
  }
  ~Environment() {
    for (auto each = before_.rbegin(); each != before_.rend(); ++each)
      put(each->first, each->second ? each->second->c_str() : nullptr);
  }

 private:
  static void put(const char* name, const char* value) {
    if (value == nullptr)
      ::unsetenv(name);
    else
      ::setenv(name, value, 1);
  }
  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

}  // namespace

TEST_CASE("the journal is where the environment says, else where state belongs") {
  Environment environment;
  environment.set("SENECA_DATA_DIR", "/a");
  environment.set("XDG_STATE_HOME", "/b");
  environment.set("HOME", "/c");
  CHECK(journal_directory() == "/a");
  environment.set("SENECA_DATA_DIR", "");
  CHECK(journal_directory() == "/b/seneca/journal");
  environment.set("XDG_STATE_HOME", nullptr);
  CHECK(journal_directory() == "/c/.local/state/seneca/journal");
  environment.set("HOME", nullptr);
  CHECK(journal_directory() == "/var/lib/seneca/journal");
}
