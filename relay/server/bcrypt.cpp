#include "server/bcrypt.h"

#include <crypt.h>

#include <cstring>
#include <memory>
#include <string_view>

namespace relay {

bool bcrypt_matches(const std::string& password, const std::string& hash) {
  if (hash.empty() || password.find('\0') != std::string::npos) return false;
  const auto scratch = std::make_unique<crypt_data>();  // some 32 KiB
  const char* const made = crypt_r(password.c_str(), hash.c_str(), scratch.get());
  const std::string_view text = made == nullptr ? std::string_view() : std::string_view(made);
  const bool equal = text == hash;
  explicit_bzero(scratch.get(), sizeof *scratch);
  return equal;
}

}  // namespace relay
