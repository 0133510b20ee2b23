#include "config/json_source.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "base/utf8.h"
#include "event/json_check.h"

namespace relay {

namespace {

constexpr size_t kMaxDuplicatesReported = 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Recursive descent over one text. Every parse_ function returns false after noting the one syntax error.
class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  JsonSource run() {
    if (check_encoding() && skip_blank() && parse_value(source_.root, 0) && skip_blank() &&
        at_ < text_.size()) {
      syntax_error("more text after the end of the document; remove it");
    }
    return std::move(source_);
  }

 private:
  bool check_encoding() {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") {
      return syntax_error("the text begins with a byte order mark; save it as UTF-8 without one");
    }
    const size_t valid = valid_utf8_prefix(text_);
    if (valid == text_.size()) return true;
    at_ = valid;
    return syntax_error("this byte is not UTF-8; save the text as UTF-8");
  }

  [[nodiscard]] char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  /// Brings line_ and column_ up to at_. Positions are only ever asked for in order, so each byte is seen
  /// once.
  void locate() {
    for (; located_ < at_ && located_ < text_.size(); ++located_) {
      const auto byte = static_cast<unsigned char>(text_[located_]);
      if (byte == '\n') {
        ++line_;
        column_ = 1;
      } else if ((byte & 0xC0) != 0x80) {
        ++column_;
      }
    }
  }

  bool syntax_error(std::string message) {
    locate();
    source_.problems.push_back({file_, line_, column_, pointer_, "syntax", std::move(message)});
    return false;
  }

  bool skip_blank() {
    for (;;) {
      const char c = peek();
      if (at_ < text_.size() && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
        ++at_;
      } else if (c == '/' && peek(1) == '/') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '/' && peek(1) == '*') {
        const size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return syntax_error("this comment is never closed; add */");
        at_ = end + 2;
      } else {
        return true;
      }
    }
  }

  bool parse_value(JsonNode& node, int depth) {
    locate();
    node.line = line_;
    node.column = column_;
    if (depth > kMaxJsonDepth) return syntax_error("nested deeper than 64 levels; flatten it");
    if (at_ >= text_.size()) return syntax_error("the text ends where a value should be");
    const char c = peek();
    if (c == '{') return parse_object(node, depth);
    if (c == '[') return parse_array(node, depth);
    if (c == '"') {
      node.kind = JsonNode::Kind::string;
      return parse_string(node.text);
    }
    if (c == '-' || is_digit(c)) return parse_number(node);
    return parse_word(node);
  }

  bool parse_word(JsonNode& node) {
    for (const std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      node.kind = word == "null" ? JsonNode::Kind::null : JsonNode::Kind::boolean;
      node.truth = word == "true";
      return true;
    }
    return syntax_error("a value should be here: a text in double quotes, a number, true, false, [ or {");
  }

  bool parse_number(JsonNode& node) {
    const size_t begin = at_;
    take('-');
    if (!take('0') && !skip_digits()) return syntax_error("a digit should follow the minus sign");
    if (is_digit(peek())) return syntax_error("a number does not begin with 0; remove the leading zero");
    if (take('.') && !skip_digits()) return syntax_error("a digit should follow the decimal point");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!skip_digits()) return syntax_error("a digit should follow the exponent sign");
    }
    node.kind = JsonNode::Kind::number;
    node.text = std::string(text_.substr(begin, at_ - begin));
    return true;
  }

  bool skip_digits() {
    const size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  bool parse_string(std::string& out) {
    ++at_;
    for (;;) {
      if (at_ >= text_.size()) return syntax_error("this text is never closed; add a double quote");
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20)
        return syntax_error("a text holds no line break or control character; close it or escape it");
      if (take('"')) return true;
      if (take('\\')) {
        if (!parse_escape(out)) return false;
      } else {
        out += text_[at_++];
      }
    }
  }

  bool parse_escape(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (take('u')) return parse_unicode_escape(out);
    const size_t index = kLetters.find(peek());
    if (index == std::string_view::npos) {
      return syntax_error("unknown escape; write \\\\ for a backslash");
    }
    out += kMeanings[index];
    ++at_;
    return true;
  }

  bool parse_unicode_escape(std::string& out) {
    uint32_t code = 0;
    if (!parse_hex4(code)) return false;
    if (code >= 0xD800 && code < 0xDC00 && peek() == '\\' && peek(1) == 'u') {
      at_ += 2;
      uint32_t low = 0;
      if (!parse_hex4(low)) return false;
      if (low < 0xDC00 || low > 0xDFFF) return syntax_error("a low surrogate should follow the high one");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xD800 && code < 0xE000) {
      return syntax_error("a surrogate stands alone; write the pair or the character itself");
    }
    append_utf8(out, code);
    return true;
  }

  bool parse_hex4(uint32_t& code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int digit = hex_digit(peek());
      if (digit < 0) return syntax_error("four hexadecimal digits should follow \\u");
      code = code << 4 | static_cast<uint32_t>(digit);
    }
    return true;
  }

  bool parse_array(JsonNode& node, int depth) {
    node.kind = JsonNode::Kind::array;
    ++at_;
    const size_t pointer_size = pointer_.size();
    while (skip_blank()) {
      if (take(']')) return true;
      pointer_ += "/" + std::to_string(node.items.size());
      if (!parse_value(node.items.emplace_back(), depth + 1) || !skip_blank()) return false;
      pointer_.resize(pointer_size);
      if (!take(',') && peek() != ']') return syntax_error("a comma or ] should be here");
    }
    return false;
  }

  bool parse_object(JsonNode& node, int depth) {
    node.kind = JsonNode::Kind::object;
    ++at_;
    const size_t pointer_size = pointer_.size();
    std::unordered_map<std::string, int> seen;
    while (skip_blank()) {
      if (take('}')) return true;
      if (!parse_member(node.members.emplace_back(), seen, depth)) return false;
      pointer_.resize(pointer_size);
      if (!take(',') && peek() != '}') return syntax_error("a comma or } should be here");
    }
    return false;
  }

  bool parse_member(JsonMember& member, std::unordered_map<std::string, int>& seen, int depth) {
    locate();
    member.line = line_;
    member.column = column_;
    if (peek() != '"') return syntax_error("a name in double quotes should be here");
    if (!parse_string(member.name)) return false;
    if (member.name.size() > kMaxConfigNameBytes) return syntax_error("this name is longer than 1024 bytes");
    pointer_ = join_pointer(pointer_, member.name);
    note_duplicate(member, seen);
    if (!skip_blank()) return false;
    if (!take(':')) return syntax_error("a colon should follow the name");
    return skip_blank() && parse_value(member.value, depth + 1) && skip_blank();
  }

  void note_duplicate(const JsonMember& member, std::unordered_map<std::string, int>& seen) {
    const auto [first, is_new] = seen.try_emplace(member.name, member.line);
    if (is_new || source_.problems.size() >= kMaxDuplicatesReported) return;
    source_.problems.push_back({file_, member.line, member.column, pointer_, "duplicate_key",
                                "\"" + member.name + "\" stands here on line " + std::to_string(member.line) +
                                    " and already on line " + std::to_string(first->second) + "; keep one"});
  }

  std::string_view text_;
  const std::string& file_;
  size_t at_ = 0;
  size_t located_ = 0;  // line_ and column_ are those of this offset
  int line_ = 1;
  int column_ = 1;
  std::string pointer_;  // of the value being parsed
  JsonSource source_;
};

}  // namespace

JsonSource parse_json_source(std::string_view text, const std::string& file) {
  return Parser(text, file).run();
}

}  // namespace relay
