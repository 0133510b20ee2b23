#include "config/field.h"

#include <algorithm>

#include "base/units.h"
#include "config/json_source.h"

namespace relay {

namespace {

constexpr double kReadableDurationFrom = 3600;  // shorter ones read best as the seconds the seed's files have
constexpr int64_t kReadableSizeUnit = 1024 * 1024;

std::string join(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word.empty() ? "\"\"" : word;
  }
  return out;
}

std::string range(const std::string& low, const std::string& high) { return low + " to " + high; }

std::string text_array(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ", ";
    out += quote_json(text);
  }
  return out + "]";
}

}  // namespace

const Field* Field::find(std::string_view member_name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [member_name](const Field& field) { return field.name == member_name; });
  return found == fields.end() ? nullptr : &*found;
}

bool Field::applies_to(std::string_view type) const {
  return only_for.empty() || std::find(only_for.begin(), only_for.end(), type) != only_for.end();
}

std::string field_literal(const Field& field, const FieldValue& value, NumberStyle style) {
  const bool readable = style == NumberStyle::readable;
  switch (field.kind) {
    case Field::Kind::boolean:
      return std::get<bool>(value) ? "true" : "false";
    case Field::Kind::integer:
      return std::to_string(std::get<int64_t>(value));
    case Field::Kind::number:
      return format_number(std::get<double>(value));
    case Field::Kind::size: {
      const int64_t bytes = std::get<int64_t>(value);
      const bool round = bytes > 0 && bytes % kReadableSizeUnit == 0;
      return readable && round ? quote_json(format_size(bytes)) : std::to_string(bytes);
    }
    case Field::Kind::duration: {
      const double seconds = std::get<double>(value);
      const bool words = readable && seconds >= kReadableDurationFrom;
      return words ? quote_json(format_duration(seconds)) : format_number(seconds);
    }
    case Field::Kind::text:
      return quote_json(std::get<std::string>(value));
    case Field::Kind::texts:
      return text_array(std::get<std::vector<std::string>>(value));
    case Field::Kind::raw:
      return std::get<std::string>(value);
    case Field::Kind::object:
    case Field::Kind::list:
      break;
  }
  return "null";
}

std::string field_limits(const Field& field) {
  switch (field.kind) {
    case Field::Kind::boolean:
      return "true or false";
    case Field::Kind::integer:
    case Field::Kind::number:
      return range(format_number(field.minimum), format_number(field.maximum));
    case Field::Kind::size:
      return "bytes, " + range(format_size(static_cast<int64_t>(field.minimum)),
                               format_size(static_cast<int64_t>(field.maximum)));
    case Field::Kind::duration:
      return std::string(field.whole ? "whole " : "") + "seconds, " +
             range(format_number(field.minimum), format_number(field.maximum));
    case Field::Kind::text:
    case Field::Kind::texts:
      return field.choices.empty() ? "" : "one of " + join(field.choices);
    case Field::Kind::raw:
    case Field::Kind::object:
    case Field::Kind::list:
      break;
  }
  return "";
}

}  // namespace relay
