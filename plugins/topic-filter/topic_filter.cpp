// Lets events through by their type: {"allow": ["agent.**"], "deny": ["agent.heartbeat"]}.

#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace {

// Takes the part before the first dot off `text`.
std::string_view take_level(std::string_view& text) {
  const size_t dot = text.find('.');
  const std::string_view level = text.substr(0, dot);
  text = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  return level;
}

// `*` stands for one level, `**` for one or more. Remembers the last `**` and widens it on a mismatch, so the
// time is bounded by the product of the lengths.
bool matches(std::string_view pattern, std::string_view type) {
  std::string_view after_wildcard, widened;
  bool has_wildcard = false;
  while (!type.empty()) {
    std::string_view rest = pattern;
    const std::string_view wanted = take_level(rest);
    if (!pattern.empty() && wanted == "**") {
      has_wildcard = true;
      after_wildcard = pattern = rest;
      take_level(type);
      widened = type;
      continue;
    }
    std::string_view type_rest = type;
    const std::string_view level = take_level(type_rest);
    if (!pattern.empty() && (wanted == "*" || wanted == level)) {
      pattern = rest;
      type = type_rest;
      continue;
    }
    if (!has_wildcard || widened.empty()) return false;
    take_level(widened);
    pattern = after_wildcard;
    type = widened;
  }
  return pattern.empty();
}

class TopicFilter {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "allow": {"type": "array", "items": {"type": "string", "minLength": 1},
                "description": "types to let through; none given: all that are not denied"},
      "deny": {"type": "array", "items": {"type": "string", "minLength": 1},
               "description": "types to drop, whatever allow says"}
    }
  })";

  explicit TopicFilter(std::string_view config) {
    const seneca::JsonView view(config);
    for (const seneca::JsonView& pattern : view.get("allow").items()) allow_.push_back(pattern.string());
    for (const seneca::JsonView& pattern : view.get("deny").items()) {
      deny_.push_back(pattern.string());
      reasons_.push_back("denied by " + deny_.back());
    }
  }

  seneca::Verdict operator()(seneca::Event& event) const {
    for (size_t i = 0; i < deny_.size(); ++i)
      if (matches(deny_[i], event.type())) return event.drop(reasons_[i]);
    if (allow_.empty()) return seneca::Verdict::pass;
    for (const std::string& pattern : allow_)
      if (matches(pattern, event.type())) return seneca::Verdict::pass;
    return event.drop("not allowed");
  }

 private:
  std::vector<std::string> allow_;
  std::vector<std::string> deny_;
  std::vector<std::string> reasons_;  // one per deny_, made once
};

}  // namespace

SENECA_PLUGIN(TopicFilter, "seneca.topic-filter", "1.0.0", "lets events through by their type")
