#include "schema/document.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace schema {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

constexpr size_t kMaxPatternSubject = 1024;  // std::regex recurses once per character

/// Whether a schema has expressions that texts of data are matched with; throws std::regex_error for one that
/// is none.
bool has_expressions(const json& schema) {
  bool found = false;
  if (schema.is_object()) {
    for (const auto& [name, value] : schema.items()) {
      if (name == "pattern" && value.is_string()) std::regex(value.get<std::string>());
      if (name == "patternProperties" && value.is_object())
        for (const auto& [expression, ignored] : value.items()) std::regex{expression};
      found |= name == "pattern" || name == "patternProperties" || name == "format";
    }
  }
  if (schema.is_structured())
    for (const json& each : schema) found |= has_expressions(each);
  return found;
}

bool has_long_text(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().size() > kMaxPatternSubject;
  if (value.is_object())
    for (const auto& [name, member] : value.items())
      if (name.size() > kMaxPatternSubject || has_long_text(member)) return true;
  if (value.is_array())
    for (const json& item : value)
      if (has_long_text(item)) return true;
  return false;
}

/// Finds schemas that come back to themselves at the same place of the data, which would be checked without
/// end.
class LoopFinder {
 public:
  explicit LoopFinder(const json& root) : root_(root) {}

  bool loops_below(const json& node) {
    if (loops_at(node)) return true;
    return node.is_structured() &&
           std::any_of(node.begin(), node.end(), [this](const json& each) { return loops_below(each); });
  }

 private:
  bool loops_at(const json& schema) {
    if (!schema.is_object() || done_.count(&schema) != 0) return false;
    if (!path_.insert(&schema).second) return true;
    bool found = false;
    for (const auto& [name, value] : schema.items()) {
      if (name == "$ref" && value.is_string()) found |= loops_behind(value.get_ref<const std::string&>());
      if (name == "allOf" || name == "anyOf" || name == "oneOf" || name == "dependencies")
        found |= std::any_of(value.begin(), value.end(), [this](const json& each) { return loops_at(each); });
      if (name == "not" || name == "if" || name == "then" || name == "else") found |= loops_at(value);
    }
    path_.erase(&schema);
    done_.insert(&schema);
    return found;
  }
  bool loops_behind(const std::string& reference) {
    if (reference.empty() || reference.front() != '#') return false;  // refused elsewhere
    const json::json_pointer pointer(reference.substr(1));
    return root_.contains(pointer) && loops_at(root_.at(pointer));
  }

  const json& root_;
  std::set<const json*> path_;
  std::set<const json*> done_;
};

// "<root>", "[a]", "[0]" as a JSON pointer.
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (size_t i = 1; i < context.size(); ++i) {
    pointer += '/';
    for (const char c : std::string_view(context[i]).substr(1, context[i].size() - 2))
      pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return pointer;
}

}  // namespace

struct Document::Compiled {
  valijson::Schema schema;
  bool has_expressions = false;
  mutable valijson::Validator validator;  // keeps compiled expressions
};

Document::Document(const std::string& name, std::string_view text) : compiled_(std::make_unique<Compiled>()) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) throw std::invalid_argument("the schema of " + name + " is not valid JSON");
  try {
    if (LoopFinder(document).loops_below(document))
      throw std::invalid_argument("a $ref leads back to itself");
    compiled_->has_expressions = has_expressions(document);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(Adapter(document), compiled_->schema);
  } catch (const std::exception& error) {
    throw std::invalid_argument("the schema of " + name + " cannot be used: " + error.what());
  }
}

Document::~Document() = default;
Document::Document(Document&&) noexcept = default;

std::string Document::violation(std::string_view data) const {
  const json value = data.empty() ? json() : json::parse(data, nullptr, false);
  if (value.is_discarded()) return "it cannot be read: half a surrogate pair, or a number that is too large";
  if (compiled_->has_expressions && has_long_text(value))
    return "a text of more than " + std::to_string(kMaxPatternSubject) + " bytes cannot be matched";
  const Adapter target(value);
  if (compiled_->validator.validate(compiled_->schema, target, nullptr)) return {};
  valijson::ValidationResults results;  // a second time, as telling why costs much
  compiled_->validator.validate(compiled_->schema, target, &results);
  valijson::ValidationResults::Error deepest;  // what is inside is told first, and tells most
  if (!results.popError(deepest)) return "it does not match";
  const std::string pointer = pointer_of(deepest.context);
  return (pointer.empty() ? "" : "at " + pointer + ": ") + deepest.description;
}

}  // namespace schema
