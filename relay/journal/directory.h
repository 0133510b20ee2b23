#pragma once

#include <filesystem>

namespace relay {

/// Where the journal is unless somebody says otherwise: $SENECA_DATA_DIR, else seneca/journal below
/// $XDG_STATE_HOME or ~/.local/state, else /var/lib/seneca/journal.
[[nodiscard]] std::filesystem::path journal_directory();

}  // namespace relay
