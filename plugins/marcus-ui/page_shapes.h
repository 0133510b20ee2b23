#pragma once

#include <seneca/plugin.hpp>

#include <string>
#include <string_view>

namespace marcus_ui {

/// Writes the payload that Seneca's pages expect for `event` as Socket.IO event `ui_event`. False when the
/// pages have no shape of their own for it.
[[nodiscard]] bool write_shape(const seneca::Event& event, std::string_view ui_event, std::string& out);

}  // namespace marcus_ui
