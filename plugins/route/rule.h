#pragma once

#include <optional>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "route/text_template.h"
#include "support/event_key.h"
#include "support/topic_pattern.h"

namespace route {

/// Which events, and what they get. Immutable.
class Rule {
 public:
  /// Throws std::invalid_argument for what cannot be used.
  explicit Rule(const seneca::JsonView& config);

  [[nodiscard]] bool matches(const seneca::Event& event) const;
  /// Sets what the rule says; a text that needs something the event lacks is left as it is. Throws for values
  /// that the relay refuses and for the relay's own types.
  void apply(seneca::Event& event) const;
  /// Whether the rules after it are asked as well.
  [[nodiscard]] bool goes_on() const { return goes_on_; }

 private:
  /// What an event must say somewhere.
  struct Condition {
    plugins::Selector where;
    std::string json;

    [[nodiscard]] bool holds(const seneca::Event& event) const;
  };
  using Setter = void (seneca::Event::*)(std::string_view);
  struct Text {
    Setter set;
    TextTemplate text;
    bool is_type;
  };

  void add_text(const seneca::JsonView& text, Setter setter, bool is_type);

  const plugins::TopicPatterns types_;
  std::vector<Condition> conditions_;
  std::vector<Text> texts_;
  std::optional<seneca::Priority> priority_;
  const bool goes_on_;
};

}  // namespace route
