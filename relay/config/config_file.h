#pragma once

#include <string>

#include "base/result.h"

namespace relay {

/// The bytes of a regular file of at most kMaxConfigFileBytes. Anything else (a directory, a FIFO, a device)
/// is an error at once: opening never waits for a writer.
[[nodiscard]] Result<std::string> read_config_file(const std::string& path);

}  // namespace relay
