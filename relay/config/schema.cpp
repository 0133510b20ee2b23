#include <nlohmann/json.hpp>

#include "base/units.h"
#include "config/field.h"
#include "config/field_table.h"
#include "config/render.h"

namespace relay {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSizePattern = "^[0-9]+ ?([KkMmGgTt][Ii]?)?[Bb]?$";
constexpr const char* kDurationPattern = "^[0-9.]+ ?(ms|s|m|h|d)?$";

Json object_schema(const Field& field, void* owner, std::string_view type);

Json literal_json(const Field& field, const void* owner) {
  return Json::parse(field_literal(field, field.get(owner), NumberStyle::plain), nullptr, false);
}

/// A bound as JSON without a needless fraction.
Json bound(double value) { return Json::parse(format_number(value), nullptr, false); }

Json number_schema(const Field& field, const char* type) {
  return {{"type", type}, {"minimum", bound(field.minimum)}, {"maximum", bound(field.maximum)}};
}

Json text_schema(const Field& field) {
  Json schema{{"type", "string"}};
  if (!field.choices.empty()) schema["enum"] = field.choices;
  return schema;
}

Json leaf_schema(const Field& field) {
  switch (field.kind) {
    case Field::Kind::boolean:
      return {{"type", "boolean"}};
    case Field::Kind::integer:
      return number_schema(field, "integer");
    case Field::Kind::number:
      return number_schema(field, "number");
    case Field::Kind::size:
    case Field::Kind::duration: {
      const bool whole = field.kind == Field::Kind::size || field.whole;
      const char* pattern = field.kind == Field::Kind::size ? kSizePattern : kDurationPattern;
      Json text{{"type", "string"}, {"pattern", pattern}};
      return {{"anyOf", Json::array({number_schema(field, whole ? "integer" : "number"), std::move(text)})}};
    }
    case Field::Kind::text:
      return text_schema(field);
    case Field::Kind::texts: {
      Json array{{"type", "array"}, {"items", text_schema(field)}};
      if (field.required && !field.may_be_empty) array["minItems"] = 1;
      return {{"anyOf", Json::array({std::move(array), text_schema(field)})}};
    }
    case Field::Kind::raw:
    case Field::Kind::object:
    case Field::Kind::list:
      break;
  }
  return {{"type", "object"}};
}

/// Items of one shape, or one shape for each value of "type".
Json item_schema(const Field& list, void* item) {
  const Field* type = list.find("type");
  if (type == nullptr) return object_schema(list, item, "");
  Json shapes = Json::array();
  for (const std::string_view choice : type->choices) shapes.push_back(object_schema(list, item, choice));
  return {{"oneOf", std::move(shapes)}};
}

Json field_schema(const Field& field, void* owner) {
  Json schema;
  if (field.kind == Field::Kind::object) {
    schema = object_schema(field, field.member(owner), "");
  } else if (field.kind == Field::Kind::list) {
    schema = {{"type", "array"}, {"items", item_schema(field, field.make_item().get())}};
  } else {
    schema = leaf_schema(field);
    if (!field.required) schema["default"] = literal_json(field, owner);
  }
  schema["description"] = field.doc;
  return schema;
}

Json object_schema(const Field& field, void* owner, std::string_view type) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& member : field.fields) {
    if (!member.applies_to(type)) continue;
    const std::string name(member.name);
    properties[name] = field_schema(member, owner);
    if (name == "type" && !type.empty()) properties[name] = {{"const", type}, {"description", member.doc}};
    if (member.required) required.push_back(name);
  }
  Json schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

}  // namespace

std::string config_schema_json() {
  const Field root = config_fields();
  Config config = default_config();
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Seneca configuration"}};
  schema["description"] = root.doc;
  schema.update(object_schema(root, &config, ""));
  return schema.dump(2) + "\n";
}

}  // namespace relay
