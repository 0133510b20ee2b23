#pragma once

#include <filesystem>
#include <vector>

namespace relay {

/// Where senecactl looks plugins up by name: SENECA_PLUGIN_PATH, then beside the executable.
[[nodiscard]] std::vector<std::filesystem::path> plugin_places();

/// The program that plugins run in which have a process of their own.
[[nodiscard]] std::filesystem::path plugin_host();

}  // namespace relay
