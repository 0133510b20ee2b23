#pragma once

#include "config/loader.h"

namespace relay {

/// The last step of loading: names the plugins that were given no name, then says what no single key can
/// tell, such as values that contradict each other and names given twice. Also to be called after flags have
/// changed a loaded configuration; problems then carry the positions that are known.
[[nodiscard]] ConfigProblems complete_config(LoadedConfig& loaded);

}  // namespace relay
