#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cli/client/event_template.h"

namespace relay {

/// What `inject` was told about the events it makes.
struct InjectDraft {
  std::string type;  ///< "": the JSON is a whole event already
  std::string subject;
  std::string source = "/senecactl";
  std::string priority;
  std::string room;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< CloudEvents extension attributes
  bool expand = false;  ///< placeholders in type, subject and data are filled in
};

/// Makes publish requests from JSON texts. Used by one InjectSession.
class EventBuilder {
 public:
  /// Errors `bad_template`, `bad_attribute`.
  [[nodiscard]] static Result<EventBuilder> make(InjectDraft draft, const Clock& clock);

  /// The `publish` request for `json`: data of the drafted event, or a whole event (or an array of them) as
  /// it is. Error `bad_json` with subject "line N, column M", lines counted from `first_line`.
  [[nodiscard]] Result<std::string> publish(uint64_t id, const std::string& json, uint64_t first_line);

 private:
  EventBuilder(InjectDraft draft, const Clock& clock) : draft_(std::move(draft)), clock_(&clock) {}
  [[nodiscard]] Result<EventTemplate> compile(const std::string& text) const;
  [[nodiscard]] std::string envelope(const std::string& data);

  InjectDraft draft_;
  const Clock* clock_;
  EventTemplate type_;
  EventTemplate subject_;
  std::string json_text_;  ///< what json_template_ was compiled from: most runs repeat one text
  EventTemplate json_template_;
  uint64_t made_ = 0;
  uint64_t random_ = 0;
};

}  // namespace relay
