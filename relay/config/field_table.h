#pragma once

#include "config/field.h"

namespace relay {

/// The whole configuration as one object field whose owner is a Config: every key of the file, once.
[[nodiscard]] Field config_fields();

}  // namespace relay
