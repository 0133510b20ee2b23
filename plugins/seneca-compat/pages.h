#pragma once

#include <seneca/plugin.hpp>

#include <string>
#include <string_view>

namespace seneca_compat {

/// The payload of the Socket.IO event `ui_event` for a page. False when no page reads that of this event.
bool write_page(const seneca::Event& event, std::string_view ui_event, std::string& out);

/// What the health panel reads, from an event system.health.changed.
std::string health_json(const seneca::Event& event);

}  // namespace seneca_compat
