#pragma once

#include <seneca/plugin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>

#include "plugin/event_fields.h"
#include "plugin/one_line.h"

// What keeps a plugin's mistakes inside of the call in which it makes them.

namespace relay {

/// What the plugin said went wrong, on one line; never empty.
[[nodiscard]] inline std::string text_of(const seneca_error& error) {
  const auto end = std::find(std::begin(error.text), std::end(error.text), '\0');
  const std::string_view text(error.text, static_cast<size_t>(end - error.text));
  return text.empty() ? "it failed without saying why" : one_line(text, text.size());
}

inline void set_text(seneca_error& error, std::string_view text) {
  const size_t length = std::min(text.size(), sizeof error.text - 1);
  std::copy_n(text.begin(), length, error.text);
  error.text[length] = '\0';
}

/// Runs plugin code, which answers a code. An exception it lets escape becomes `error`.
template <class Call>
int32_t contained(seneca_error& error, Call call) {
  try {
    return call();
  } catch (const std::exception& escaped) {
    set_text(error, escaped.what());
  } catch (...) {
    set_text(error, "unknown exception");
  }
  return SENECA_E_FAILED;
}

/// A writer into a string that may grow to `limit`.
struct BoundedWriter {
  std::string& out;
  const size_t limit;
  bool overflown = false;
  seneca_writer abi{sizeof abi, this, append};

  static int32_t append(const seneca_writer* writer, seneca_str bytes) noexcept {
    auto& self = *static_cast<BoundedWriter*>(writer->impl);
    if (bytes.ptr == nullptr && bytes.len != 0) return SENECA_E_INVALID;
    self.overflown |= bytes.len > self.limit - self.out.size();
    if (self.overflown) return SENECA_E_LIMIT;
    self.out.append(to_view(bytes));
    return SENECA_OK;
  }
};

}  // namespace relay
