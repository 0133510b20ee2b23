// Reading and patching JSON without a parser's cost: the plugin author's friend.
//
//   seneca::JsonView data(event.data);                     // nothing is parsed yet
//   if (data.get("status").equals("blocked")) ...
//   const int64_t percent = data.pointer("/progress/percent").integer(0);
//   for (auto [key, value] : data.members()) ...           // key as written, value a JsonView
//
// A JsonView borrows the text and finds things in it when asked; each `get` scans the object up to the
// member. It allocates nothing; `string()` does, and `pointer` for a token with `~`. The relay guarantees
// that event data is valid JSON; on other input a view never reads outside its text and says "absent" where
// it finds no value. Of equal keys the first counts. C++17, header-only, no dependencies. [any-thread]
#ifndef SENECA_JSON_HPP
#define SENECA_JSON_HPP

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "json_scan.hpp"
#include "json_text.hpp"

namespace seneca {
class JsonView;
struct JsonMember;
template <class Element>
class JsonRange;
using JsonMembers = JsonRange<JsonMember>;
using JsonItems = JsonRange<JsonView>;

/// One JSON value inside a text, or nothing ("absent").
class JsonView {
 public:
  enum class Type : unsigned char { absent, null, boolean, number, string, array, object };

  JsonView() = default;
  /// `text` is one JSON value, blanks around it allowed.
  explicit JsonView(std::string_view text) {
    const size_t begin = detail::skip_space(text, 0);
    size_t end = text.size();
    while (end > begin && detail::is_json_space(text[end - 1])) --end;
    text_ = text.substr(begin, end - begin);
  }

  [[nodiscard]] Type type() const {
    if (text_.empty()) return Type::absent;
    switch (text_.front()) {
      case '{':
        return Type::object;
      case '[':
        return Type::array;
      case '"':
        return text_.size() >= 2 && text_.back() == '"' ? Type::string : Type::absent;
      case 't':
        return text_ == "true" ? Type::boolean : Type::absent;
      case 'f':
        return text_ == "false" ? Type::boolean : Type::absent;
      case 'n':
        return text_ == "null" ? Type::null : Type::absent;
      default:
        break;
    }
    return text_.front() == '-' || detail::is_json_digit(text_.front()) ? Type::number : Type::absent;
  }
  /// True when there is a value, null included.
  explicit operator bool() const { return type() != Type::absent; }
  [[nodiscard]] bool is_null() const { return type() == Type::null; }
  [[nodiscard]] bool is_boolean() const { return type() == Type::boolean; }
  [[nodiscard]] bool is_number() const { return type() == Type::number; }
  [[nodiscard]] bool is_string() const { return type() == Type::string; }
  [[nodiscard]] bool is_array() const { return type() == Type::array; }
  [[nodiscard]] bool is_object() const { return type() == Type::object; }

  /// The value's bytes, as they were written.
  [[nodiscard]] std::string_view raw() const { return text_; }

  /// A member of an object; absent when there is none or this is no object. Keys written with escapes are
  /// found.
  [[nodiscard]] JsonView get(std::string_view key) const;
  /// An element of an array, from 0.
  [[nodiscard]] JsonView at(size_t index) const;
  /// RFC 6901: "/a/b/0"; "" is this value.
  [[nodiscard]] JsonView pointer(std::string_view path) const;
  /// How many members or elements; 0 for other values.
  [[nodiscard]] size_t size() const;
  /// `for (auto [raw_key, value] : view.members())`; empty when this is no object.
  [[nodiscard]] JsonMembers members() const;
  /// `for (JsonView item : view.items())`; empty when this is no array.
  [[nodiscard]] JsonItems items() const;

  /// The inside of a string as written, escapes included; "" when this is no string.
  [[nodiscard]] std::string_view raw_string() const {
    return is_string() ? text_.substr(1, text_.size() - 2) : std::string_view();
  }
  /// The text a string stands for; "" when this is no string. Lone surrogates become U+FFFD.
  [[nodiscard]] std::string string() const {
    std::string text;
    append_unescaped(text, raw_string());
    return text;
  }
  /// The same without a copy when nothing is escaped; otherwise `storage` holds the text.
  std::string_view string(std::string& storage) const {
    const std::string_view raw = raw_string();
    if (raw.find('\\') == std::string_view::npos) return raw;
    storage.clear();
    append_unescaped(storage, raw);
    return storage;
  }
  /// True when this is a string that stands for `text`.
  [[nodiscard]] bool equals(std::string_view text) const {
    return is_string() && json_text_equals(raw_string(), text);
  }

  /// A number as a double; `otherwise` when this is none or too large for one.
  [[nodiscard]] double number(double otherwise = 0) const {
    double value = 0;
    return is_number() && whole(std::from_chars(text_.data(), text_.data() + text_.size(), value))
               ? value
               : otherwise;
  }
  /// A number without fraction that fits, also when written 5.0 or 1e3; `otherwise` when this is none.
  [[nodiscard]] int64_t integer(int64_t otherwise = 0) const {
    int64_t value = 0;
    if (!is_number()) return otherwise;
    if (whole(std::from_chars(text_.data(), text_.data() + text_.size(), value))) return value;
    const double real = number(0.5);  // what is no double has a fraction, so it ends as `otherwise`
    if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0)) return otherwise;
    value = static_cast<int64_t>(real);
    return static_cast<double>(value) == real ? value : otherwise;
  }
  [[nodiscard]] bool boolean(bool otherwise = false) const {
    return is_boolean() ? text_ == "true" : otherwise;
  }

 private:
  [[nodiscard]] bool whole(const std::from_chars_result& result) const {
    return result.ec == std::errc() && result.ptr == text_.data() + text_.size();
  }

  std::string_view text_;
};

/// One member of an object: the inside of its key as written, and its value.
struct JsonMember {
  std::string_view raw_key;
  JsonView value;

  [[nodiscard]] bool is(std::string_view key) const { return json_text_equals(raw_key, key); }
  [[nodiscard]] std::string key() const {
    std::string text;
    append_unescaped(text, raw_key);
    return text;
  }
};

namespace detail {

// Over members or items; stops at the end and where the text is malformed.
template <class Element>
class JsonIterator {
 public:
  JsonIterator() = default;
  explicit JsonIterator(std::string_view text) : text_(text) { advance(0, true); }

  const Element& operator*() const { return element_; }
  JsonIterator& operator++() {
    advance(at_, false);
    return *this;
  }
  friend bool operator!=(const JsonIterator& a, const JsonIterator& b) { return a.at_ != b.at_; }

 private:
  void advance(size_t from, bool first) {
    const size_t begin = next_element(text_, from, first);
    at_ = begin == std::string_view::npos ? begin : read(begin, element_);
  }
  size_t read(size_t at, JsonView& item) const {
    const size_t end = skip_value(text_, at);
    if (end != std::string_view::npos) item = JsonView(text_.substr(at, end - at));
    return end;
  }
  size_t read(size_t at, JsonMember& member) const {
    if (at >= text_.size() || text_[at] != '"') return std::string_view::npos;
    const size_t key_end = skip_string(text_, at);
    if (key_end == std::string_view::npos) return key_end;
    member.raw_key = text_.substr(at + 1, key_end - at - 2);
    const size_t colon = skip_space(text_, key_end);
    if (colon >= text_.size() || text_[colon] != ':') return std::string_view::npos;
    return read(skip_space(text_, colon + 1), member.value);
  }

  std::string_view text_;
  size_t at_ = std::string_view::npos;
  Element element_{};
};

}  // namespace detail

/// The members of an object or the elements of an array, for range-for.
template <class Element>
class JsonRange {
 public:
  /// `text` begins behind the opening bracket; a closing bracket or its end ends the range.
  explicit JsonRange(std::string_view text) : text_(text) {}
  using Iterator = detail::JsonIterator<Element>;
  [[nodiscard]] Iterator begin() const { return Iterator(text_); }
  [[nodiscard]] Iterator end() const { return {}; }

 private:
  std::string_view text_;
};

inline JsonMembers JsonView::members() const {
  return JsonMembers(is_object() ? text_.substr(1) : std::string_view());
}
inline JsonItems JsonView::items() const {
  return JsonItems(is_array() ? text_.substr(1) : std::string_view());
}

inline JsonView JsonView::get(std::string_view key) const {
  for (const JsonMember& member : members())
    if (member.is(key)) return member.value;
  return {};
}

inline JsonView JsonView::at(size_t index) const {
  for (const JsonView& item : items())
    if (index-- == 0) return item;
  return {};
}

inline size_t JsonView::size() const {
  size_t count = 0;
  for (auto it = members().begin(); it != members().end(); ++it) ++count;
  for (auto it = items().begin(); it != items().end(); ++it) ++count;
  return count;
}

namespace detail {

inline std::string pointer_token(std::string_view token) {
  std::string text;
  for (size_t i = 0; i < token.size(); ++i) {
    const bool escaped =
        token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    text += !escaped ? token[i] : token[++i] == '0' ? '~' : '/';
  }
  return text;
}

inline JsonView pointer_step(const JsonView& value, std::string_view token) {
  if (value.is_object())
    return token.find('~') == std::string_view::npos ? value.get(token) : value.get(pointer_token(token));
  size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool canonical = error == std::errc() && end == token.data() + token.size() &&
                         (token.size() == 1 || token.front() != '0');
  return canonical ? value.at(index) : JsonView();
}

}  // namespace detail

inline JsonView JsonView::pointer(std::string_view path) const {
  JsonView value = *this;
  while (!path.empty() && value) {
    if (path.front() != '/') return {};
    const size_t end = path.find('/', 1);
    value = detail::pointer_step(value, path.substr(1, end == std::string_view::npos ? end : end - 1));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  }
  return value;
}

/// `object` with members added at its end, those whose key it has already left out. Values are JSON. What is
/// no object comes back unchanged.
inline std::string with_members(
    std::string_view object, std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  const JsonView view(object);
  if (!view.is_object() || view.raw().size() < 2 || view.raw().back() != '}') return std::string(object);
  std::string text(view.raw().substr(0, view.raw().size() - 1));
  bool empty = detail::skip_space(text, 1) == text.size();
  for (const auto& [key, value] : members) {
    if (view.get(key)) continue;
    if (!empty) text += ',';
    empty = false;
    append_json_string(text, key);
    text += ':';
    text += value;
  }
  text += '}';
  return text;
}

}  // namespace seneca

#endif
