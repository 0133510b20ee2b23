#pragma once

#include <cstdint>
#include <string>

#include "session/session.h"

namespace relay {

/// How a client came, as the Admin UI shows it: `{"address","headers","query","issued",…}`. Without its
/// cookies and what it authorizes itself by; at most 4 KiB of headers and 4 KiB of query. `wall_us`: when.
[[nodiscard]] std::string admin_handshake_json(const SessionRequest& request, int64_t wall_us);

}  // namespace relay
