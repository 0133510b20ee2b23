#pragma once

#include <seneca/plugin.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/event_key.h"

namespace route {

/// A text with places for what an event says: "agent:{subject}", "team-{/team/id}"; {{ and }} stand for
/// braces. Immutable.
class TextTemplate {
 public:
  /// Throws std::invalid_argument for a brace without its partner and for an unknown attribute.
  explicit TextTemplate(std::string_view text);

  /// Puts the text for an event into `out`. False when the event lacks something in it.
  bool render(const seneca::Event& event, std::string& out) const;

 private:
  std::vector<std::variant<std::string, plugins::Selector>> parts_;
};

}  // namespace route
