// Adds members to data and extension attributes: constants, copies, and what a table says.

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "enrich/lookup_table.h"
#include "support/event_key.h"
#include "support/json_members.h"

namespace enrich {
namespace {

using Tables = std::map<std::string, LookupTable, std::less<>>;

/// Where the value of one member comes from. Immutable; `tables` outlives it.
class Addition {
 public:
  Addition(std::string name, const seneca::JsonView& config, const Tables& tables)
      : name_(std::move(name)),
        constant_(config.get("value").raw()),
        otherwise_(config.get("otherwise").raw()) {
    const seneca::JsonView from = config.get("from"), lookup = config.get("lookup"), by = config.get("by");
    if (int{!constant_.empty()} + int{from.is_string()} + int{lookup.is_string()} != 1)
      throw std::invalid_argument(name_ + ": give one of value, from and lookup");
    if (lookup.is_string() != by.is_string())
      throw std::invalid_argument(name_ + ": lookup and by belong together");
    if (from.is_string()) selector_.emplace(from.string());
    if (!lookup.is_string()) return;
    selector_.emplace(by.string());
    const auto table = tables.find(lookup.string());
    if (table == tables.end())
      throw std::invalid_argument(name_ + ": there is no table \"" + lookup.string() +
                                  "\"; add it to tables or files");
    table_ = &table->second;
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The JSON value for an event, "" when there is none.
  [[nodiscard]] std::string value(const seneca::Event& event) const {
    if (!constant_.empty()) return constant_;
    std::string text;
    if (table_ == nullptr) return selector_->append_json(event, text) ? text : otherwise_;
    const std::string* const found = selector_->append_text(event, text) ? table_->find(text) : nullptr;
    return found != nullptr ? *found : otherwise_;
  }

 private:
  std::string name_;
  std::string constant_;
  std::string otherwise_;
  std::optional<plugins::Selector> selector_;
  const LookupTable* table_ = nullptr;
};

using Additions = std::vector<Addition>;

Tables read_tables(const seneca::JsonView& config) {
  Tables tables;
  for (const seneca::JsonMember& table : config.get("tables").members())
    tables.emplace(table.key(), LookupTable(table.value));
  for (const seneca::JsonMember& file : config.get("files").members())
    if (!tables.emplace(file.key(), LookupTable::from_file(file.value.string())).second)
      throw std::invalid_argument("the table \"" + file.key() + "\" is in both tables and files");
  return tables;
}

Additions read_additions(const seneca::JsonView& config, const Tables& tables) {
  Additions additions;
  for (const seneca::JsonMember& member : config.members())
    additions.emplace_back(member.key(), member.value, tables);
  return additions;
}

// The names of CloudEvents and ours that are no extension attributes.
constexpr std::string_view kTaken[] = {
    "id",     "source",      "type",          "subject",      "time",
    "data",   "specversion", "dataschema",    "severitytext", "room",
    "origin", "priority",    "correlationid", "traceparent",  "datacontenttype"};

void check_extension_name(const std::string& name) {
  const bool valid = !name.empty() && name.size() <= 20 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
  if (!valid || std::find(std::begin(kTaken), std::end(kTaken), name) != std::end(kTaken))
    throw std::invalid_argument("\"" + name +
                                "\" is no name for an extension attribute; use up to 20 of a-z and 0-9");
}

class Enrich {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "data": {"type": "object", "description": "members to add to data", "additionalProperties": {
        "type": "object", "additionalProperties": false, "properties": {
          "value": {"description": "a constant"},
          "from": {"type": "string", "minLength": 1, "description": "an attribute or a JSON pointer into data"},
          "lookup": {"type": "string", "description": "the name of a table"},
          "by": {"type": "string", "minLength": 1, "description": "what is looked up: as from"},
          "otherwise": {"description": "the value where from or lookup finds none; without it nothing is added"}}}},
      "extensions": {"type": "object", "description": "extension attributes to add", "additionalProperties": {
        "type": "object", "additionalProperties": false, "properties": {
          "value": {"type": ["string", "integer", "boolean"]},
          "from": {"type": "string", "minLength": 1},
          "lookup": {"type": "string"},
          "by": {"type": "string", "minLength": 1},
          "otherwise": {"type": ["string", "integer", "boolean"]}}}},
      "tables": {"type": "object", "additionalProperties": {"type": "object"},
                 "description": "tables by name: objects whose keys are looked up"},
      "files": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1},
                "description": "tables by name: paths of JSON files, read when the relay starts or reloads"},
      "overwrite": {"type": "boolean", "default": false, "description": "replace what an event has already"}
    }
  })";

  explicit Enrich(std::string_view text) : Enrich(seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) {
    const std::string_view data = event.data().empty() ? "{}" : event.data();
    // Both are worked out before either is set, so that an addition never sees another.
    const std::vector<plugins::NewMember> members = values(data_, event, false);
    const std::vector<plugins::NewMember> attributes = values(extensions_, event, true);
    if (!members.empty() && seneca::JsonView(data).is_object() &&
        plugins::add_members(data, members, overwrite_, text_))
      event.data(text_);
    if (!attributes.empty() &&
        plugins::add_members("{" + std::string(event.extensions()) + "}", attributes, overwrite_, text_))
      event.extensions(std::string_view(text_).substr(1, text_.size() - 2));
    return seneca::Verdict::pass;
  }

 private:
  explicit Enrich(const seneca::JsonView& config)
      : tables_(read_tables(config)),
        data_(read_additions(config.get("data"), tables_)),
        extensions_(read_additions(config.get("extensions"), tables_)),
        overwrite_(config.get("overwrite").boolean()) {
    for (const Addition& addition : extensions_) check_extension_name(addition.name());
  }

  // Extension attributes are texts, integers and booleans only.
  static bool is_simple(const std::string& json) {
    const seneca::JsonView value(json);
    return value.is_string() || value.is_boolean() ||
           (value.is_number() && value.raw().find_first_of(".eE") == std::string_view::npos);
  }
  static std::vector<plugins::NewMember> values(const Additions& additions, const seneca::Event& event,
                                                bool only_simple) {
    std::vector<plugins::NewMember> members;
    for (const Addition& addition : additions) {
      std::string json = addition.value(event);
      if (!json.empty() && (!only_simple || is_simple(json)))
        members.push_back({addition.name(), std::move(json)});
    }
    return members;
  }

  const Tables tables_;
  const Additions data_;
  const Additions extensions_;
  const bool overwrite_;
  std::string text_;  // here to be allocated once
};

}  // namespace
}  // namespace enrich

SENECA_PLUGIN(enrich::Enrich, "seneca.enrich", "1.0.0", "adds members to data and extension attributes")
