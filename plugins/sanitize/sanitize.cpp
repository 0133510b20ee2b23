// Takes out of texts what is not seen but acts, and bounds what readers must bear.

#include <cstddef>
#include <seneca/json.hpp>
#include <seneca/plugin.hpp>
#include <string>
#include <string_view>

#include "sanitize/text_cleaner.h"
#include "support/json_rewrite.h"

namespace sanitize {
namespace {

class Sanitize {
 public:
  static constexpr const char* schema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "replacement": {"type": "string", "maxLength": 8, "default": "",
                      "description": "stands where a control or hidden character was"},
      "html": {"type": "boolean", "default": false, "description": "& < > \" ' become entities"},
      "max_string": {"type": "integer", "minimum": 1, "description": "characters of a string; the rest is cut"},
      "marker": {"type": "string", "maxLength": 64, "default": "…", "description": "behind or instead of what was cut"},
      "max_depth": {"type": "integer", "minimum": 1, "maximum": 64, "default": 64,
                    "description": "levels of objects and arrays"},
      "max_bytes": {"type": "integer", "minimum": 64, "description": "of data"},
      "excess": {"enum": ["reject", "cut"], "default": "reject",
                 "description": "what becomes of data beyond max_depth or max_bytes"}
    }
  })";

  explicit Sanitize(std::string_view text) : Sanitize(seneca::JsonView(text)) {}

  seneca::Verdict operator()(seneca::Event& event) {
    if (unseen_.clean(event.subject(), text_)) event.subject(text_);
    const size_t bytes = event.data().size();
    if (max_bytes_ != 0 && bytes > max_bytes_) {
      if (rejects_) return event.reject(too_long_);
      event.data("{\"cut\":true,\"bytes\":" + std::to_string(bytes) + "}");
      return seneca::Verdict::pass;
    }
    too_deep_seen_ = false;
    out_.clear();
    const bool changed = append_value(seneca::JsonView(event.data()), 0);
    if (too_deep_seen_ && rejects_) return event.reject(too_deep_);
    if (changed) event.data(out_);
    return seneca::Verdict::pass;
  }

 private:
  explicit Sanitize(const seneca::JsonView& config)
      : max_depth_(static_cast<int>(config.get("max_depth").integer(64))),
        max_bytes_(static_cast<size_t>(config.get("max_bytes").integer())),
        rejects_(!config.get("excess").equals("cut")),
        too_deep_("data has more than " + std::to_string(max_depth_) + " levels"),
        too_long_("data has more than " + std::to_string(max_bytes_) + " bytes") {
    const std::string marker = config.get("marker") ? config.get("marker").string() : "…";
    unseen_.replacement = config.get("replacement").string();
    cleaner_ = {unseen_.replacement, config.get("html").boolean(),
                static_cast<size_t>(config.get("max_string").integer()), marker};
  }

  // Appends it to out_. Whether it differs from what was there.
  bool append_value(const seneca::JsonView& value, int depth) {
    if (value.is_string()) return append_string(value);
    if (!value.is_object() && !value.is_array()) {
      out_ += value.raw();
      return false;
    }
    if (depth == max_depth_) {
      too_deep_seen_ = true;
      seneca::append_json_string(out_, cleaner_.marker);
      return true;
    }
    bool changed = false;
    plugins::rewrite_json(value, out_, [&](const plugins::JsonPlace&, const seneca::JsonView& child) {
      changed |= append_value(child, depth + 1);
    });
    return changed;
  }
  bool append_string(const seneca::JsonView& value) {
    const std::string_view text = value.string(unescaped_);
    if (!cleaner_.clean(text, text_) && !has_surrogate(value.raw())) {
      out_ += value.raw();
      return false;
    }
    seneca::append_json_string(out_, text_);
    return true;
  }
  // Half of a pair without the other is U+FFFD in the text; whole pairs are written anew as well.
  static bool has_surrogate(std::string_view raw) {
    return raw.find("\\ud") != std::string_view::npos || raw.find("\\uD") != std::string_view::npos;
  }

  TextCleaner cleaner_;
  TextCleaner unseen_;  // for the subject: it is a name, which entities and cuts would change
  const int max_depth_;
  const size_t max_bytes_;
  const bool rejects_;
  const std::string too_deep_;
  const std::string too_long_;
  bool too_deep_seen_ = false;
  std::string out_, text_, unescaped_;  // here to be allocated once
};

}  // namespace
}  // namespace sanitize

SENECA_PLUGIN(sanitize::Sanitize, "seneca.sanitize", "1.0.0", "takes hidden characters out of texts")
