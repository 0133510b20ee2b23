// Sets room, priority, type and subject by rules.

#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string_view>
#include <vector>

#include "route/rule.h"

namespace route {
namespace {

class Route {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["rules"],
    "properties": {
      "rules": {"type": "array", "maxItems": 256, "description": "the first that matches an event is applied",
        "items": {"type": "object", "additionalProperties": false, "properties": {
          "match": {"type": "array", "items": {"type": "string", "minLength": 1},
                    "description": "patterns of types; without it, all types"},
          "when": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                   "description": "values that attributes or JSON pointers into data must have, all of them"},
          "room": {"type": "string", "minLength": 1,
                   "description": "publish there: a text in which {subject} or {/task/id} is what the event says"},
          "priority": {"enum": ["critical", "high", "normal", "low"]},
          "type": {"type": "string", "minLength": 1, "description": "a text as room"},
          "subject": {"type": "string", "description": "a text as room"},
          "continue": {"type": "boolean", "default": false, "description": "go on with the rules after it"}}}}
    }
  })";

  explicit Route(std::string_view config) {
    for (const seneca::JsonView& rule : seneca::JsonView(config).get("rules").items())
      rules_.emplace_back(rule);
  }

  seneca::Verdict operator()(seneca::Event& event) const {
    for (const Rule& rule : rules_) {
      if (!rule.matches(event)) continue;
      rule.apply(event);
      if (!rule.goes_on()) break;
    }
    return seneca::Verdict::pass;
  }

 private:
  std::vector<Rule> rules_;
};

}  // namespace
}  // namespace route

SENECA_PLUGIN(route::Route, "seneca.route", "1.0.0", "sets room, priority, type and subject by rules")
