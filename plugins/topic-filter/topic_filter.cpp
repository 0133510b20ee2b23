// Lets events through by their type: {"allow": ["agent.**"], "deny": ["agent.heartbeat"]}.

#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/topic_pattern.h"

namespace {

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

  explicit TopicFilter(std::string_view config) : allow_(seneca::JsonView(config).get("allow")) {
    for (const seneca::JsonView& pattern : seneca::JsonView(config).get("deny").items()) {
      deny_.push_back(pattern.string());
      reasons_.push_back("denied by " + deny_.back());
    }
  }

  seneca::Verdict operator()(seneca::Event& event) const {
    for (size_t i = 0; i < deny_.size(); ++i)
      if (plugins::topic_matches(deny_[i], event.type())) return event.drop(reasons_[i]);
    const bool allowed = allow_.empty() || allow_.match(event.type());
    return allowed ? seneca::Verdict::pass : event.drop("not allowed");
  }

 private:
  plugins::TopicPatterns allow_;
  std::vector<std::string> deny_;
  std::vector<std::string> reasons_;  // one per deny_, made once
};

}  // namespace

SENECA_PLUGIN(TopicFilter, "seneca.topic-filter", "1.0.0", "lets events through by their type")
