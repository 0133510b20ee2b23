#pragma once

#include <string>
#include <vector>

#include "event/event.h"

namespace relay {

/// An event that is valid, and that an author may not have thought of.
struct OddEvent {
  std::string name;  ///< what is odd about it
  EventRef event;
};

/// `types`: types to give them, one after the other; those that the plugin is made for.
[[nodiscard]] std::vector<OddEvent> make_odd_events(const std::vector<std::string>& types);

}  // namespace relay
