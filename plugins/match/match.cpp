// Keeps or drops what a filter matches: {"keep": "priority >= high"} or {"drop": {"prefix": {"type":
// "debug."}}}.

#include <optional>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "event/event.h"
#include "event/filter.h"

namespace {

relay::EventRef copy_of(const seneca::Event& event) {
  relay::EventFields fields;
  fields.id = event.id();
  fields.source = event.source();
  fields.type = event.type();
  fields.subject = event.subject();
  fields.data = event.data();
  fields.severity = event.severity();
  fields.correlation_id = event.correlation_id();
  fields.traceparent = event.traceparent();
  fields.origin = event.origin();
  fields.room = event.room();
  fields.extensions = event.extensions();
  fields.time_us = event.time_us();
  fields.has_priority = event.priority() != seneca::Priority::unset;
  if (fields.has_priority)
    fields.priority = static_cast<relay::Priority>(event.raw().priority - SENECA_PRIORITY_CRITICAL);
  return relay::Event::make(fields);
}

// A text is an expression of the relay's, anything else a filter of CloudEvents Subscriptions.
std::optional<relay::Filter> read_filter(const char* key, const seneca::JsonView& config) {
  if (!config) return std::nullopt;
  auto filter = config.is_string() ? relay::Filter::parse(config.string())
                                   : relay::Filter::parse_cloudevents(config.raw());
  if (!filter)
    throw std::invalid_argument(std::string(key) + ": " + filter.error().subject + ": " +
                                filter.error().message);
  return *filter;
}

class Match {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "keep": {"type": ["string", "object", "array"],
               "description": "what to let through; without it all that is not dropped"},
      "drop": {"type": ["string", "object", "array"], "description": "what to drop, whatever keep says"}
    }
  })";

  explicit Match(std::string_view text) : Match(seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) const {
    const relay::EventRef copy = copy_of(event);
    if (drop_ && drop_->matches(*copy)) return event.drop("matches drop");
    if (keep_ && !keep_->matches(*copy)) return event.drop("does not match keep");
    return seneca::Verdict::pass;
  }

 private:
  explicit Match(const seneca::JsonView& config)
      : keep_(read_filter("keep", config.get("keep"))), drop_(read_filter("drop", config.get("drop"))) {}

  const std::optional<relay::Filter> keep_;
  const std::optional<relay::Filter> drop_;
};

}  // namespace

SENECA_PLUGIN(Match, "seneca.match", "1.0.0", "keeps or drops what a filter matches")
