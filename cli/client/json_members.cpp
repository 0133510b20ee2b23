#include "cli/client/json_members.h"

#include <cstddef>

namespace relay {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool string(std::string_view& inside) {
    if (!take('"')) return false;
    const size_t start = at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        inside = text_.substr(start, at_++ - start);
        return true;
      }
    }
    return false;
  }
  bool value(std::string_view& whole) {
    skip_space();
    const size_t start = at_;
    size_t depth = 0;
    std::string_view ignored;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!string(ignored)) return false;
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) break;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    }
    whole = text_.substr(start, at_ - start);
    while (!whole.empty() && std::string_view(" \t\r\n").find(whole.back()) != std::string_view::npos)
      whole.remove_suffix(1);
    return depth == 0 && !whole.empty();
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

bool for_each_member(std::string_view json,
                     const std::function<void(std::string_view key, std::string_view value)>& member) {
  Scanner scanner(json);
  if (!scanner.take('{')) return false;
  if (scanner.take('}')) return true;
  do {
    std::string_view key, value;
    if (!scanner.string(key) || !scanner.take(':') || !scanner.value(value)) return false;
    member(key, value);
  } while (scanner.take(','));
  return scanner.take('}');
}

}  // namespace relay
