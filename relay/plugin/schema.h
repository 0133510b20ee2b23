#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

/// A subset of JSON Schema 2020-12, enough for a plugin to say what its config looks like: type, properties,
/// required, additionalProperties, items, enum, const, minimum, maximum, minLength, maxLength, pattern,
/// minItems, maxItems. title, description, default, examples, format and $-keywords are allowed and mean
/// nothing.

/// Whether `schema` is such a schema; a keyword outside the subset is an error, not a silent gap. Code
/// plugin_bad_schema, subject `subject`.
[[nodiscard]] Status check_schema(std::string_view schema, const std::string& subject);

/// Whether `document` satisfies `schema` ("" allows any object). The first violation; its subject is
/// `subject` and the place in the document as a JSON pointer, its message names for an unknown key the known
/// one it resembles. Code plugin_bad_config.
[[nodiscard]] Status check_against_schema(std::string_view schema, std::string_view document,
                                          const std::string& subject);

}  // namespace relay
