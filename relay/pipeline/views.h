#pragma once

#include <string>
#include <vector>

#include "event/event.h"
#include "pipeline/routed_batch.h"
#include "pipeline/stage.h"

namespace relay {

/// Renders what `route` shows pages of `event` by the view that the route asks for, into `payload`. Null: no
/// view has a shape for it, and the seed shape takes its place. [pipeline]
[[nodiscard]] const Stage* render_view(std::vector<Stage>& stages, const Event& event, const Route& route,
                                       std::string& payload);

}  // namespace relay
