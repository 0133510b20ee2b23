#include "event/pattern.h"

#include <algorithm>

namespace relay {
namespace {

constexpr size_t kMaxPattern = 255;
constexpr std::string_view kOneLevel = "*";
constexpr std::string_view kAnyLevels = "**";

// The level at the front of `rest`, which moves to the next one; `done` once there is none left.
struct Levels {
  std::string_view rest;
  bool done = false;

  std::string_view next() {
    const size_t dot = rest.find('.');
    const std::string_view level = rest.substr(0, dot);
    done = dot == std::string_view::npos;
    rest = done ? std::string_view() : rest.substr(dot + 1);
    return level;
  }
};

// Level by level; at a mismatch the last `**` takes one level more.
bool matches_levels(std::string_view pattern, std::string_view type) {
  Levels wanted{pattern};
  Levels found{type};
  Levels wanted_after_any{{}, true};
  Levels found_after_any{{}, true};
  bool seen_any = false;
  while (true) {
    if (wanted.done && found.done) return true;
    bool fits = !wanted.done && !found.done;
    if (fits) {
      const std::string_view level = wanted.next();
      const std::string_view actual = found.next();
      if (level == kAnyLevels) {
        seen_any = true;
        wanted_after_any = wanted;
        found_after_any = found;
        continue;
      }
      fits = level == kOneLevel || level == actual;
    }
    if (fits) continue;
    if (!seen_any || found_after_any.done) return false;
    static_cast<void>(found_after_any.next());
    wanted = wanted_after_any;
    found = found_after_any;
  }
}

tl::unexpected<Error> bad_pattern(std::string_view text, std::string message) {
  return fail("bad_pattern", std::string(text.substr(0, kMaxPattern)), std::move(message));
}

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text) {
  if (text.empty()) return bad_pattern(text, "a pattern is empty; write ** for every type");
  if (text.size() > kMaxPattern) return bad_pattern(text, "a pattern has at most 255 bytes; shorten it");
  const auto refused = [](char c) {
    return c <= ' ' || c >= 0x7F || c == ',' || c == '"' || c == '\'' || c == '\\';
  };
  if (std::any_of(text.begin(), text.end(), refused))
    return bad_pattern(text, "a pattern holds printable ASCII without space, comma, quotes and backslash");
  size_t wildcards = 0;
  for (Levels levels{text}; !levels.done;) {
    const std::string_view level = levels.next();
    if (level.empty()) return bad_pattern(text, "a level is empty; write one dot between levels");
    if (level == kOneLevel || level == kAnyLevels) {
      ++wildcards;
    } else if (level.find('*') != std::string_view::npos) {
      return bad_pattern(text, "a wildcard stands for whole levels; write a.* or a.**");
    }
  }
  if (wildcards == 0) return Pattern(Kind::exact, text);
  if (text == kAnyLevels) return Pattern(Kind::everything, text);
  const bool open_end = wildcards == 1 && text.ends_with(".**");
  return Pattern(open_end ? Kind::prefix : Kind::levels, text);
}

Pattern::Pattern(Kind kind, std::string_view text) : text_(text), kind_(kind) {
  if (kind == Kind::exact) literal_ = text.size();
  if (kind == Kind::prefix) literal_ = text.size() - kAnyLevels.size();
}

bool Pattern::matches_whole(std::string_view type) const {
  const std::string_view text = text_;
  switch (kind_) {
    case Kind::exact:
      return type == text;
    case Kind::everything:
      return true;
    case Kind::prefix:
      return type.size() > literal_ && type.starts_with(text.substr(0, literal_));
    case Kind::levels:
      break;
  }
  return matches_levels(text, type);
}

Result<PatternSet> PatternSet::parse(const std::vector<std::string>& patterns) {
  PatternSet set;
  for (const std::string& text : patterns) {
    Result<Pattern> pattern = Pattern::parse(text);
    if (!pattern) return tl::unexpected<Error>(std::move(pattern.error()));
    set.patterns_.push_back(std::move(*pattern));
  }
  return set;
}

Result<PatternSet> PatternSet::parse_list(std::string_view comma_separated) {
  std::vector<std::string> patterns;
  if (trim(comma_separated).empty()) return PatternSet();
  for (size_t begin = 0; begin <= comma_separated.size();) {
    const size_t comma = std::min(comma_separated.find(',', begin), comma_separated.size());
    patterns.emplace_back(trim(comma_separated.substr(begin, comma - begin)));
    begin = comma + 1;
  }
  return parse(patterns);
}

}  // namespace relay
