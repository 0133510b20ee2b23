#pragma once

#include <string_view>
#include <vector>

#include "auth/access.h"
#include "base/result.h"
#include "event/event.h"
#include "hub/selection.h"

namespace relay {

/// What clients ask for, held against what they may do. A null access may do everything. The code is always
/// `forbidden`; the subject names what is missing.

/// What is asked for by name must be allowed: rooms, and types without a wildcard. Wildcards bring what is
/// allowed of what they match.
[[nodiscard]] Status check_selection(const Access* access, const Selection& selection,
                                     std::string_view namespace_);
[[nodiscard]] Status check_types(const Access* access, const PatternSet& match);
[[nodiscard]] Status check_room(const Access* access, const Place& place);
[[nodiscard]] Status check_namespace(const Access* access, std::string_view namespace_);
/// All of the events, or none.
[[nodiscard]] Status check_publish(const Access* access, const std::vector<EventRef>& events);

}  // namespace relay
