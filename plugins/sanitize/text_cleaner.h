#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sanitize {

/// Takes out of texts what is not seen but acts: control characters, and characters that turn or hide what is
/// around them. A value; [any-thread].
struct TextCleaner {
  std::string replacement;  ///< stands where something was taken out
  bool html = false;        ///< & < > " ' become entities
  size_t max_length = 0;    ///< characters; 0: any number
  std::string marker;       ///< behind what was cut

  /// Whether `text`, which is UTF-8, had to be changed; then it is in `out`.
  bool clean(std::string_view text, std::string& out) const;
};

}  // namespace sanitize
