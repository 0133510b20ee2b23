#pragma once

#include <string>

#include "base/result.h"
#include "config/field.h"
#include "config/json_source.h"

namespace relay {

/// What `node` says for a field of any leaf kind but texts: of the right type, within bounds, checked.
[[nodiscard]] Result<FieldValue> read_field_value(const Field& field, const JsonNode& node);

/// One text of a text or texts field.
[[nodiscard]] Result<std::string> read_field_text(const Field& field, const JsonNode& node);

}  // namespace relay
