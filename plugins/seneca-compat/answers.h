#pragma once

#include <seneca/session.hpp>

#include <string_view>

namespace seneca_compat {

inline constexpr std::string_view kStream = "/conversations";

/// Greets a client of "/" or /conversations as the pages' own servers do.
void greet(seneca::Client client);
/// Answers what a page asks; false when no page's server knew that event.
bool answer(seneca::Client client, const seneca::ClientEvent& event);

}  // namespace seneca_compat
