#pragma once

#include <string>

namespace relay {

/// Whether `password` is that of a bcrypt hash (`$2a$`, `$2b$`, `$2y$`), by crypt(3). Takes about 50 ms at
/// cost 10, twice as long with each step. bcrypt itself looks at the first 72 bytes only. [any-thread]
[[nodiscard]] bool bcrypt_matches(const std::string& password, const std::string& hash);

}  // namespace relay
