#include <seneca/plugin.hpp>

#include "page_shapes.h"

namespace {

/// Events in the shapes that Seneca's pages read. Keeps nothing.
struct MarcusUi {
  static constexpr const char* schema = R"({"type": "object", "additionalProperties": false})";

  bool view(const seneca::Event& event, std::string_view ui_event, std::string& out) {
    return marcus_ui::write_shape(event, ui_event, out);
  }
};

}  // namespace

SENECA_PLUGIN(MarcusUi, "org.seneca.marcus-ui", "1.0.0", "The payloads Seneca's Socket.IO pages expect")
