#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"

namespace relay {

struct JsonMember;

/// One value of a configuration text and where it stands. A plain tree; each node owns what is below it.
struct JsonNode {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool truth = false;               ///< boolean
  bool overridden = false;          ///< came from --set; line and column then mean nothing
  int line = 0;                     ///< from 1
  int column = 0;                   ///< from 1, in characters
  std::string text;                 ///< string: unescaped UTF-8; number: as written
  std::vector<JsonNode> items;      ///< array
  std::vector<JsonMember> members;  ///< object, in the order written

  /// The member called `name`, or null when this is no object or has none.
  [[nodiscard]] const JsonNode* find(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  int line = 0;  ///< of the name
  int column = 0;
  JsonNode value;
};

struct JsonSource {
  JsonNode root;
  ConfigProblems problems;  ///< the first syntax error, and every duplicate name before it
};

inline constexpr size_t kMaxConfigNameBytes = 1024;

/// Parses JSON (RFC 8259) that may also hold // and /* */ comments and a comma after the last element. Strict
/// in everything else: UTF-8 without byte order mark, at most kMaxJsonDepth levels, unique names, no lone
/// surrogates. `file` is only quoted in problems.
[[nodiscard]] JsonSource parse_json_source(std::string_view text, const std::string& file);

/// `node` as JSON on one line, without comments; numbers as they were written.
[[nodiscard]] std::string to_json(const JsonNode& node);

/// `text` as a JSON string with its quotes. `text` is UTF-8.
[[nodiscard]] std::string quote_json(std::string_view text);

/// "/rooms" + "a/b" -> "/rooms/a~1b" (RFC 6901).
[[nodiscard]] std::string join_pointer(std::string_view pointer, std::string_view name);

/// "array", "number" …, as people call it.
[[nodiscard]] std::string_view kind_name(JsonNode::Kind kind);

}  // namespace relay
