#pragma once

#include <string>

#include "config/json_source.h"
#include "config/loader.h"

namespace relay {

/// Carries the values of `root` over to `loaded`, which holds the defaults, and notes where each came from.
/// Goes on after a problem, so that one run shows them all; values with a problem are left as they were.
void read_config(const JsonNode& root, const std::string& file, LoadedConfig& loaded,
                 ConfigProblems& problems);

}  // namespace relay
