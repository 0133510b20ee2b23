#include "journal/directory.h"

#include <cstdlib>

namespace relay {
namespace {

std::filesystem::path variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::filesystem::path journal_directory() {
  if (auto directory = variable("SENECA_DATA_DIR"); !directory.empty()) return directory;
  if (const auto state = variable("XDG_STATE_HOME"); !state.empty()) return state / "seneca/journal";
  if (const auto home = variable("HOME"); !home.empty()) return home / ".local/state/seneca/journal";
  return "/var/lib/seneca/journal";
}

}  // namespace relay
