#pragma once

#include <seneca/json.hpp>
#include <seneca/plugin.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace plugins {

/// What a configuration names of an event: an attribute ("subject"), or with a slash in front a JSON pointer
/// into its data ("/task/id"). Immutable.
class Selector {
 public:
  /// Throws std::invalid_argument when there is no such attribute.
  explicit Selector(std::string_view name) : name_(name) {
    if (name.substr(0, 1) == "/") return;
    for (const Attribute& each : kAttributes)
      if (name_ == each.name) attribute_ = each.read;
    if (attribute_ == nullptr)
      throw std::invalid_argument(
          "\"" + name_ +
          "\" is no attribute of an event; use id, source, type, subject, "
          "severity, correlationid, traceparent, origin, room or a JSON pointer such as "
          "/task/id");
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Appends the text of it: of a number, true, false and null what is written in data. False, and nothing is
  /// appended, when the event lacks it or it is an object or an array.
  bool append_text(const seneca::Event& event, std::string& out) const {
    if (attribute_ != nullptr) {
      out += (event.*attribute_)();
      return !(event.*attribute_)().empty();
    }
    const seneca::JsonView value = seneca::JsonView(event.data()).pointer(name_);
    if (!value || value.is_object() || value.is_array()) return false;
    if (value.is_string())
      seneca::append_unescaped(out, value.raw_string());
    else
      out += value.raw();
    return true;
  }
  /// Appends it as one JSON value. False, and nothing is appended, when the event lacks it.
  bool append_json(const seneca::Event& event, std::string& out) const {
    if (attribute_ != nullptr) {
      const std::string_view text = (event.*attribute_)();
      if (!text.empty()) seneca::append_json_string(out, text);
      return !text.empty();
    }
    const seneca::JsonView value = seneca::JsonView(event.data()).pointer(name_);
    out += value.raw();
    return static_cast<bool>(value);
  }

 private:
  using Read = std::string_view (seneca::Event::*)() const noexcept;
  struct Attribute {
    std::string_view name;
    Read read;
  };
  static constexpr Attribute kAttributes[] = {
      {"id", &seneca::Event::id},
      {"source", &seneca::Event::source},
      {"type", &seneca::Event::type},
      {"subject", &seneca::Event::subject},
      {"severity", &seneca::Event::severity},
      {"correlationid", &seneca::Event::correlation_id},
      {"traceparent", &seneca::Event::traceparent},
      {"origin", &seneca::Event::origin},
      {"room", &seneca::Event::room},
  };

  std::string name_;
  Read attribute_ = nullptr;
};

/// By what a plugin tells events apart: one selector or several. Immutable.
class EventKey {
 public:
  /// `config` is a string or an array of them; nothing means `otherwise`, which is JSON too. Throws like
  /// Selector.
  EventKey(const seneca::JsonView& config, std::string_view otherwise) {
    const seneca::JsonView wanted = config ? config : seneca::JsonView(otherwise);
    single_ = wanted.is_string();
    if (single_) parts_.emplace_back(wanted.string());
    for (const seneca::JsonView& part : wanted.items()) parts_.emplace_back(part.string());
  }

  /// Puts the key of an event into `key`: of one selector its text, of several a JSON array, so that no two
  /// combinations look the same. False when the event lacks a part, which is then "" or null.
  bool read(const seneca::Event& event, std::string& key) const {
    key.clear();
    if (single_) return parts_.front().append_text(event, key);
    bool complete = true;
    std::string text;
    for (const Selector& part : parts_) {
      key += key.empty() ? '[' : ',';
      text.clear();
      if (part.append_text(event, text)) {
        seneca::append_json_string(key, text);
      } else {
        key += "null";
        complete = false;
      }
    }
    key += key.empty() ? "[]" : "]";
    return complete;
  }
  /// What it is made of, as in a configuration: equal texts, equal keys.
  [[nodiscard]] std::string describe() const {
    std::string names;
    for (const Selector& part : parts_) {
      names += names.empty() ? "" : ",";
      seneca::append_json_string(names, part.name());
    }
    return single_ ? names : '[' + names + ']';
  }

 private:
  std::vector<Selector> parts_;
  bool single_ = false;
};

}  // namespace plugins
