#include "event/glob.h"

#include <cstddef>

namespace relay {
namespace {

// The position behind the character at `at`; text that is not UTF-8 counts by the byte.
size_t next_character(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  return at;
}

}  // namespace

bool glob_matches(std::string_view glob, std::string_view text) {
  size_t wanted = 0;
  size_t found = 0;
  size_t behind_star = std::string_view::npos;
  size_t star_taken = 0;  // where the text continues behind what the last star took
  while (found < text.size()) {
    if (wanted < glob.size() && glob[wanted] == '*') {
      behind_star = ++wanted;
      star_taken = found;
    } else if (wanted < glob.size() && glob[wanted] == '?') {
      ++wanted;
      found = next_character(text, found);
    } else if (wanted < glob.size() && glob[wanted] == text[found]) {
      ++wanted;
      ++found;
    } else if (behind_star != std::string_view::npos) {
      wanted = behind_star;
      found = ++star_taken;
    } else {
      return false;
    }
  }
  while (wanted < glob.size() && glob[wanted] == '*') ++wanted;
  return wanted == glob.size();
}

}  // namespace relay
