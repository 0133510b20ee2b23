// Checks data by the JSON Schema of its type.

#include <cstddef>
#include <fstream>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/document.h"
#include "support/topic_pattern.h"

namespace schema {
namespace {

constexpr size_t kMaxFile = 1 << 20;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  std::string text(kMaxFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxFile) throw std::runtime_error(path + " is longer than 1 MiB");
  return text;
}

class SchemaFilter {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["schemas"],
    "properties": {
      "schemas": {"type": "array", "maxItems": 1024, "description": "of those that match a type the first counts",
        "items": {"type": "object", "additionalProperties": false, "required": ["match"], "properties": {
          "match": {"type": "string", "minLength": 1, "description": "a pattern of types"},
          "schema": {"type": ["object", "boolean"], "description": "a JSON Schema, draft 7"},
          "file": {"type": "string", "minLength": 1, "description": "or the path of a file with one"}}}},
      "violation": {"enum": ["reject", "drop", "mark"], "default": "reject",
                    "description": "what becomes of data that breaks its schema"},
      "unknown": {"enum": ["pass", "reject"], "default": "pass",
                  "description": "what becomes of types that have no schema"}
    }
  })";

  explicit SchemaFilter(std::string_view text) : SchemaFilter(seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) const {
    for (const Rule& rule : rules_) {
      if (!plugins::topic_matches(rule.match, event.type())) continue;
      const std::string violation = rule.document.violation(event.data());
      return violation.empty() ? seneca::Verdict::pass : answer(event, violation);
    }
    return rejects_unknown_ ? event.reject("its type has no schema") : seneca::Verdict::pass;
  }

 private:
  struct Rule {
    std::string match;
    Document document;
  };
  enum class Answer { reject, drop, mark };

  explicit SchemaFilter(const seneca::JsonView& config)
      : rejects_unknown_(config.get("unknown").equals("reject")) {
    for (const seneca::JsonView& each : config.get("schemas").items()) {
      const std::string match = each.get("match").string();
      const seneca::JsonView inline_schema = each.get("schema"), file = each.get("file");
      if (static_cast<bool>(inline_schema) == static_cast<bool>(file))
        throw std::invalid_argument(match + ": give either schema or file");
      const std::string text = file ? read_file(file.string()) : std::string(inline_schema.raw());
      rules_.push_back({match, Document(match, text)});
    }
    if (config.get("violation").equals("drop")) answer_ = Answer::drop;
    if (config.get("violation").equals("mark")) answer_ = Answer::mark;
  }

  seneca::Verdict answer(seneca::Event& event, const std::string& violation) const {
    if (answer_ == Answer::reject) return event.reject(violation);
    if (answer_ == Answer::drop) return event.drop(violation);
    std::string marked;
    seneca::append_json_string(marked, violation);
    marked = seneca::with_members("{" + std::string(event.extensions()) + "}", {{"schemaerror", marked}});
    event.extensions(std::string_view(marked).substr(1, marked.size() - 2));
    return seneca::Verdict::pass;
  }

  std::vector<Rule> rules_;
  Answer answer_ = Answer::reject;
  const bool rejects_unknown_;
};

}  // namespace
}  // namespace schema

SENECA_PLUGIN(schema::SchemaFilter, "seneca.schema", "1.0.0", "checks data by the JSON Schema of its type")
