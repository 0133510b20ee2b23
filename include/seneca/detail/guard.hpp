/// Exceptions stop here: how calls from the host run C++. Part of plugin.hpp; not for use by plugins.
#ifndef SENECA_DETAIL_GUARD_HPP
#define SENECA_DETAIL_GUARD_HPP

#include <cstdint>
#include <cstring>
#include <exception>

#include "../plugin.h"

namespace seneca {
namespace detail {

inline int32_t put(seneca_error* error, const char* text) noexcept {
  if (error == nullptr) return SENECA_E_FAILED;
  error->code = SENECA_E_FAILED;
  std::strncpy(error->text, text, sizeof error->text - 1);
  error->text[sizeof error->text - 1] = '\0';
  return error->code;
}

/// Runs `body`; an exception becomes `error`.
template <class Body>
int32_t guard(seneca_error* error, Body body) noexcept {
  try {
    return body();
  } catch (const std::exception& caught) {
    return put(error, caught.what());
  } catch (...) {
    return put(error, "unknown exception");
  }
}

}  // namespace detail
}  // namespace seneca

#endif
