#pragma once

#include <cstdint>
#include <string>

namespace relay {

/// "verify  [#########           ]  45%  1.2 GiB"; without the bar when `total` is not known, which is 0.
[[nodiscard]] std::string progress_bar(const std::string& what, uint64_t done, uint64_t total,
                                       const std::string& detail);

}  // namespace relay
