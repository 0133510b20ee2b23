#pragma once

#include <string>
#include <string_view>

namespace seneca_compat {

/// The selection of a client of /conversations with these `filters`, {agentId, types}: for
/// seneca_clients.subscribe. Clients with equal filters get equal texts.
[[nodiscard]] std::string selection_of(std::string_view filters);

}  // namespace seneca_compat
