#include "config/field_value.h"

#include <charconv>
#include <cmath>
#include <system_error>

#include "base/nearest.h"
#include "base/units.h"

namespace relay {

namespace {

constexpr size_t kMaxTextBytes = 4096;

std::string remedy(const Field& field) {
  const std::string limits = field_limits(field);
  return limits.empty() ? "" : "; write " + limits;
}

tl::unexpected<Error> wrong_type(const Field& field, const JsonNode& node, std::string_view wanted) {
  return fail(
      "wrong_type", "",
      std::string(wanted) + " is needed here, not " + std::string(kind_name(node.kind)) + remedy(field));
}

tl::unexpected<Error> out_of_range(const Field& field, const std::string& shown) {
  return fail("out_of_range", "", shown + " is out of range" + remedy(field));
}

bool in_range(const Field& field, double value) { return value >= field.minimum && value <= field.maximum; }

Result<FieldValue> read_integer(const Field& field, const JsonNode& node) {
  if (node.kind != JsonNode::Kind::number) return wrong_type(field, node, "a whole number");
  if (node.text.find_first_of(".eE") != std::string::npos) {
    return fail("not_whole", "", node.text + " is not a whole number written in digits only" + remedy(field));
  }
  int64_t value = 0;
  const char* const last = node.text.data() + node.text.size();
  const bool fits = std::from_chars(node.text.data(), last, value).ec == std::errc();
  if (!fits || !in_range(field, static_cast<double>(value))) return out_of_range(field, node.text);
  return value;
}

Result<double> parse_double(const Field& field, const JsonNode& node) {
  double value = 0;
  const char* const last = node.text.data() + node.text.size();
  if (std::from_chars(node.text.data(), last, value).ec != std::errc()) return out_of_range(field, node.text);
  return value;
}

Result<FieldValue> read_number(const Field& field, const JsonNode& node) {
  if (node.kind != JsonNode::Kind::number) return wrong_type(field, node, "a number");
  const Result<double> value = parse_double(field, node);
  if (!value) return tl::unexpected<Error>(value.error());
  if (!in_range(field, *value)) return out_of_range(field, node.text);
  return *value;
}

Result<FieldValue> read_size(const Field& field, const JsonNode& node) {
  if (node.kind == JsonNode::Kind::number) return read_integer(field, node);
  if (node.kind != JsonNode::Kind::string) return wrong_type(field, node, "a size");
  const Result<int64_t> value = parse_size(node.text);
  if (!value) return tl::unexpected<Error>(value.error());
  if (!in_range(field, static_cast<double>(*value))) return out_of_range(field, quote_json(node.text));
  return *value;
}

Result<FieldValue> read_duration(const Field& field, const JsonNode& node) {
  const bool is_text = node.kind == JsonNode::Kind::string;
  if (!is_text && node.kind != JsonNode::Kind::number) return wrong_type(field, node, "a duration");
  const Result<double> value = is_text ? parse_duration_s(node.text) : parse_double(field, node);
  if (!value) return tl::unexpected<Error>(value.error());
  const std::string shown = is_text ? quote_json(node.text) : node.text;
  if (!in_range(field, *value)) return out_of_range(field, shown);
  if (field.whole && std::trunc(*value) != *value) {
    return fail("not_whole", "", shown + " is not a whole number of seconds" + remedy(field));
  }
  return *value;
}

Status check_choice(const Field& field, const std::string& text) {
  if (field.choices.empty()) return {};
  for (const std::string_view choice : field.choices) {
    if (text == choice) return {};
  }
  const std::string_view near = nearest(text, field.choices);
  const std::string hint = near.empty() ? remedy(field) : "; did you mean \"" + std::string(near) + "\"?";
  return fail("unknown_value", "", "unknown value " + quote_json(text) + hint);
}

Status check_plain_text(const std::string& text) {
  if (text.size() > kMaxTextBytes)
    return fail("text_too_long", "", "this text is longer than 4096 bytes; shorten it");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) continue;
    return fail("control_character", "", "this text holds a control character; remove it");
  }
  return {};
}

}  // namespace

Result<std::string> read_field_text(const Field& field, const JsonNode& node) {
  if (node.kind != JsonNode::Kind::string) return wrong_type(field, node, "a text");
  Status status = check_plain_text(node.text);
  if (status) status = check_choice(field, node.text);
  if (status && field.check != nullptr) status = field.check(node.text);
  if (!status) return tl::unexpected<Error>(status.error());
  return node.text;
}

Result<FieldValue> read_field_value(const Field& field, const JsonNode& node) {
  switch (field.kind) {
    case Field::Kind::boolean:
      if (node.kind != JsonNode::Kind::boolean) return wrong_type(field, node, "a boolean");
      return node.truth;
    case Field::Kind::integer:
      return read_integer(field, node);
    case Field::Kind::number:
      return read_number(field, node);
    case Field::Kind::size:
      return read_size(field, node);
    case Field::Kind::duration:
      return read_duration(field, node);
    case Field::Kind::raw:
      if (node.kind != JsonNode::Kind::object) return wrong_type(field, node, "an object");
      return to_json(node);
    case Field::Kind::text:
      return read_field_text(field, node);
    case Field::Kind::texts:
    case Field::Kind::object:
    case Field::Kind::list:
      break;
  }
  return wrong_type(field, node, "another value");
}

}  // namespace relay
