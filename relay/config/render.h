#pragma once

#include <string>

#include "config/config.h"
#include "config/loader.h"

namespace relay {

/// The complete default configuration as JSON with comments: every key, what it is for and what it may be.
/// Loads back to exactly the defaults.
[[nodiscard]] std::string default_config_text();

/// `config` as plain JSON, every key written out. Loads back to an equal configuration.
[[nodiscard]] std::string show_config(const Config& config);

/// One line per key, "/server/threads = 4  # seneca.json:3:5", sorted as in the file; "# default" when nobody
/// set it.
[[nodiscard]] std::string show_config_origins(const LoadedConfig& loaded);

/// JSON Schema (draft 2020-12) of the configuration file, for editors.
[[nodiscard]] std::string config_schema_json();

}  // namespace relay
