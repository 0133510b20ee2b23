#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "config/config.h"
#include "config/problem.h"

namespace relay {

inline constexpr size_t kMaxConfigFileBytes = 1024 * 1024;

/// Who set a key; keys without one have their default.
struct ConfigOrigin {
  std::string pointer;
  std::string file;  ///< the file, or "--set"
  int line = 0;      ///< 0 for an override
  int column = 0;
};

struct LoadedConfig {
  Config config;
  std::vector<ConfigOrigin> origins;  ///< of leaves and lists, in the order read; a later one wins

  /// The origin of the key at `pointer`, or null when it has its default.
  [[nodiscard]] const ConfigOrigin* origin_of(std::string_view pointer) const;
};

/// The configuration, or everything that is wrong with it.
using ConfigResult = tl::expected<LoadedConfig, ConfigProblems>;

/// `overrides` are "server.ping_interval=10" as given to --set: a path of names and array indices, then a
/// value that is taken as JSON when it is JSON, else as a text. They replace what the file says. Never blocks
/// on a FIFO.
[[nodiscard]] ConfigResult load_config_file(const std::string& path,
                                            const std::vector<std::string>& overrides = {});

/// As above; `name` stands for the file in problems and origins.
[[nodiscard]] ConfigResult load_config_text(std::string_view text, const std::string& name,
                                            const std::vector<std::string>& overrides = {});

/// The defaults with `overrides`.
[[nodiscard]] ConfigResult load_default_config(const std::vector<std::string>& overrides = {});

}  // namespace relay
