#pragma once

#include <string>
#include <vector>

namespace relay {

/// The names of the functions and objects that the loaded shared object around `address` defines for others,
/// weak ones aside, which templates of the standard library leave everywhere, in the order of its table.
[[nodiscard]] std::vector<std::string> exported_symbols(const void* address);

}  // namespace relay
