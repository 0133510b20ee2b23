#pragma once

#include <array>
#include <forward_list>
#include <string>
#include <string_view>

#include <seneca/json.hpp>

#include "base/result.h"
#include "event/envelope.h"
#include "event/event.h"

namespace relay {

/// An event being read: its fields, and the texts that were unescaped or made up for them. Lives for one
/// parse on the thread that parses; everything else `fields` points to must outlive it.
class EventDraft {
 public:
  explicit EventDraft(const EnvelopeOptions& options) : options_(options) {}

  EventFields fields;
  std::string extensions;  ///< becomes fields.extensions

  [[nodiscard]] const EnvelopeOptions& options() const { return options_; }

  /// Keeps a text for as long as the draft lives.
  std::string_view keep(std::string text);
  /// What a JSON string stands for.
  std::string_view text(const seneca::JsonView& value);

  /// Sets a field from a JSON string. Absent and null leave it as it is; in a log file so does anything else.
  Status take_text(std::string_view EventFields::*field, const seneca::JsonView& value,
                   std::string_view name);
  Status take_time(const seneca::JsonView& value, std::string_view name);
  Status set_time(std::string_view text, std::string_view name);
  Status set_priority(std::string_view text, std::string_view name);

  /// Fills in id, source and time where the input had none, checks every field and makes the event.
  [[nodiscard]] Result<EventRef> finish();

 private:
  [[nodiscard]] Status check() const;

  const EnvelopeOptions& options_;
  std::forward_list<std::string> kept_;
  std::array<char, 36> made_up_id_;
  bool has_time_ = false;
};

[[nodiscard]] tl::unexpected<Error> missing_field(std::string_view name);
[[nodiscard]] tl::unexpected<Error> bad_field(std::string_view name, std::string message);

}  // namespace relay
