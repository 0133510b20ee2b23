#pragma once

#include <string>
#include <string_view>

namespace relay {

/// Appends ` key=value`, quoted where logfmt needs it; no space at the start of a line.
void append_logfmt(std::string& line, std::string_view key, std::string_view value);

}  // namespace relay
