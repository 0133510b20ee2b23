#include <algorithm>
#include <iterator>

#include <seneca/json_scan.hpp>

#include "event/json_check.h"

namespace relay {

size_t repair_json_line(std::string_view line, std::string& out) {
  constexpr std::string_view kWords[] = {"NaN", "Infinity", "-Infinity"};
  size_t count = 0;
  size_t copied = 0;
  for (size_t at = 0; at < line.size();) {
    if (line[at] == '"') {
      at = std::min(seneca::detail::skip_string(line, at), line.size());
      continue;
    }
    const auto* word = std::find_if(std::begin(kWords), std::end(kWords), [&](std::string_view candidate) {
      return line.substr(at, candidate.size()) == candidate;
    });
    if (word == std::end(kWords)) {
      ++at;
      continue;
    }
    if (count++ == 0) out.clear();
    out += line.substr(copied, at - copied);
    out += "null";
    at += word->size();
    copied = at;
  }
  if (count != 0) out += line.substr(copied);
  return count;
}

}  // namespace relay
