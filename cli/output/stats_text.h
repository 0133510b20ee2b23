#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace relay {

struct StatsTextOptions {
  bool color = false;
  size_t columns = 100;  ///< longer lines are wrapped
};

/// The relay's answer to /api/v1/stats, clients, rooms or plugins as text: every object a paragraph, every
/// list a table. Keys it does not know are shown too. Units follow from the keys' endings (_bytes, _us, _s,
/// _per_s). Error `bad_answer` when `json` is no JSON object.
[[nodiscard]] Result<std::string> stats_text(std::string_view json, const StatsTextOptions& options);

}  // namespace relay
