// Takes secrets out of events: {"keys": ["password"], "detect": ["email", "jwt"]}.

#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string>
#include <string_view>

#include "redact/redactor.h"

namespace redact {
namespace {

class Redact {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "keys": {"type": "array", "items": {"type": "string", "minLength": 1},
               "description": "names of members at any depth, without regard to case, - and _"},
      "pointers": {"type": "array", "items": {"type": "string"}, "description": "JSON pointers into data"},
      "detect": {"type": "array",
                 "items": {"enum": ["email", "bearer", "api-key", "aws-key", "jwt", "private-key", "url-password"]},
                 "description": "what to look for in texts"},
      "patterns": {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 64,
                   "description": "more of it: RE2 expressions; of one with groups the first group is replaced"},
      "replacement": {"type": "string", "default": "[redacted]", "description": "what stands there instead"},
      "hash_key": {"type": "string", "minLength": 16,
                   "description": "instead of the replacement a keyed hash, equal for equal secrets"},
      "subject": {"type": "boolean", "default": true, "description": "look into the subject too"},
      "extensions": {"type": "boolean", "default": true, "description": "look into extension attributes too"}
    }
  })";

  explicit Redact(std::string_view text) : Redact(seneca::JsonView(text)) {}

  // What the relay refuses throws, so that an event which could not be redacted fails and is not let through.
  seneca::Verdict operator()(seneca::Event& event) {
    if (!event.data().empty() && redactor_.redact_json(event.data(), text_)) event.data(text_);
    if (subject_ && redactor_.redact_text(event.subject(), text_)) event.subject(text_);
    if (extensions_ && !event.extensions().empty() && redactor_.redact_members(event.extensions(), text_))
      event.extensions(text_);
    return seneca::Verdict::pass;
  }

 private:
  explicit Redact(const seneca::JsonView& config)
      : redactor_(config),
        subject_(config.get("subject").boolean(true)),
        extensions_(config.get("extensions").boolean(true)) {}

  const Redactor redactor_;
  const bool subject_;
  const bool extensions_;
  std::string text_;  // here to be allocated once
};

}  // namespace
}  // namespace redact

SENECA_PLUGIN(redact::Redact, "seneca.redact", "1.0.0", "takes secrets out of events")
