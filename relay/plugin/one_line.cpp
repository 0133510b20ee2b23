#include "plugin/one_line.h"

#include "base/utf8.h"

namespace relay {

std::string one_line(std::string_view text, size_t max_bytes) {
  text = text.substr(0, max_bytes);
  std::string line(text.substr(0, valid_utf8_prefix(text)));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return line;
}

}  // namespace relay
