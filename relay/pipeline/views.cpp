#include "pipeline/views.h"

namespace relay {

const Stage* render_view(std::vector<Stage>& stages, const Event& event, const Route& route,
                         std::string& payload) {
  if (route.view == "none") return nullptr;
  for (Stage& stage : stages) {
    if (!stage.plugin().has_view() || stage.rests()) continue;
    if (route.view != "auto" && route.view != stage.plugin().name()) continue;
    const Result<bool> rendered = stage.plugin().render(event, route.event, payload);
    if (rendered && *rendered) return &stage;  // a failure is counted by the instance
  }
  return nullptr;
}

}  // namespace relay
