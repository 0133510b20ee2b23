#pragma once

#include <string>

#include "event/event.h"
#include "pipeline/pipeline.h"

namespace relay {

/// What would become of an event: it goes through the plugins of `plan`, one after the other and with all
/// that they emit, and nowhere from there. [pipeline]
///
/// The real instances are asked, and count it; on_error is obeyed, but breakers, time budgets and on_error's
/// "disable" are not touched. Those with a timer or state are asked only if `stateful`, as the event would
/// become a part of what they know and do later. The answer is a JSON object:
///
///   {"accepted":true,             whether its publisher would hear so
///    "steps":[STEP,…],            of every plugin and event, as in step.h; of events a plugin does not see,
///    none "left_out":0,                emitted events beyond kMaxWalked, not walked
///    "out":[{"event":{…},"reason":"…",     the latter when it is an emission that cannot be read
///            "routes":[{"event":"task_update","namespace":"/","rooms":["observers"],"view":"marcus-ui",
///                       "payload":{…}}]}]}
inline constexpr size_t kMaxWalked = 256;
[[nodiscard]] std::string walk_event(PipelinePlan& plan, EventRef event, bool stateful, EventBatch& batch);

}  // namespace relay
