#include "plugin/schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <vector>

#include "base/nearest.h"
#include "event/json_check.h"

namespace relay {
namespace {

using nlohmann::json;

constexpr size_t kMaxPatternSubject = 1024;  // std::regex recurses once per character

constexpr std::array<std::string_view, 7> kTypes = {"object",  "array",   "string", "number",
                                                    "integer", "boolean", "null"};

struct Misfit {
  std::string pointer;
  std::string what;
};

// The first one found; nothing while all is well.
using Violation = std::optional<Misfit>;

Violation at(const std::string& pointer, const std::string& what) { return Misfit{pointer, what}; }

std::string step(const std::string& pointer, std::string_view key) {
  std::string out = pointer + '/';
  for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

json parse(std::string_view text) {
  if (check_json(text) != JsonFault::none) return json(json::value_t::discarded);
  return json::parse(text, nullptr, false);
}

bool has_type(const json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  return value.is_number_integer() ||
         (value.is_number() && std::trunc(value.get<double>()) == value.get<double>());
}

size_t code_points(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::optional<std::regex> compile(const std::string& pattern) {
  try {
    return std::regex(pattern, std::regex::ECMAScript | std::regex::nosubs);
  } catch (const std::regex_error&) {
    return std::nullopt;
  }
}

// --- the schema itself ---

Violation check_schema_node(const json& schema, const std::string& pointer);

Violation check_subschema(const json& value, const std::string& pointer) {
  return value.is_boolean() ? Violation() : check_schema_node(value, pointer);
}

Violation check_schema_map(const json& value, const std::string& pointer) {
  if (!value.is_object()) return at(pointer, "must be an object");
  for (const auto& [key, node] : value.items())
    if (Violation found = check_subschema(node, step(pointer, key))) return found;
  return {};
}

Violation check_type_keyword(const json& value, const std::string& pointer) {
  const auto known = [](const json& type) {
    return type.is_string() &&
           std::find(kTypes.begin(), kTypes.end(), type.get_ref<const std::string&>()) != kTypes.end();
  };
  const bool valid =
      value.is_array() ? !value.empty() && std::all_of(value.begin(), value.end(), known) : known(value);
  return valid ? Violation() : at(pointer, "must be a type name or an array of them");
}

Violation check_strings(const json& value, const std::string& pointer) {
  const bool valid = value.is_array() && std::all_of(value.begin(), value.end(),
                                                     [](const json& each) { return each.is_string(); });
  return valid ? Violation() : at(pointer, "must be an array of strings");
}

Violation check_count(const json& value, const std::string& pointer) {
  return value.is_number_unsigned() ? Violation() : at(pointer, "must be a count, 0 or more");
}

Violation check_number(const json& value, const std::string& pointer) {
  return value.is_number() ? Violation() : at(pointer, "must be a number");
}

Violation check_choices(const json& value, const std::string& pointer) {
  return value.is_array() && !value.empty() ? Violation()
                                            : at(pointer, "must be an array of at least one value");
}

Violation check_pattern(const json& value, const std::string& pointer) {
  return value.is_string() && compile(value.get<std::string>()) ? Violation()
                                                                : at(pointer, "must be a regular expression");
}

Violation ignore(const json&, const std::string&) { return {}; }

struct Keyword {
  std::string_view name;
  Violation (*check)(const json& value, const std::string& pointer);
};
constexpr std::array<Keyword, 23> kKeywords = {{{"type", check_type_keyword},
                                                {"properties", check_schema_map},
                                                {"required", check_strings},
                                                {"additionalProperties", check_subschema},
                                                {"items", check_subschema},
                                                {"enum", check_choices},
                                                {"const", ignore},
                                                {"minimum", check_number},
                                                {"maximum", check_number},
                                                {"minLength", check_count},
                                                {"maxLength", check_count},
                                                {"pattern", check_pattern},
                                                {"minItems", check_count},
                                                {"maxItems", check_count},
                                                {"title", ignore},
                                                {"description", ignore},
                                                {"default", ignore},
                                                {"examples", ignore},
                                                {"format", ignore},
                                                {"deprecated", ignore},
                                                {"$schema", ignore},
                                                {"$id", ignore},
                                                {"$comment", ignore}}};

Violation check_schema_node(const json& schema, const std::string& pointer) {
  if (!schema.is_object()) return at(pointer, "must be an object");
  for (const auto& [name, value] : schema.items()) {
    const auto keyword = std::find_if(kKeywords.begin(), kKeywords.end(),
                                      [&name = name](const Keyword& each) { return each.name == name; });
    if (keyword == kKeywords.end()) return at(step(pointer, name), "is a keyword this relay does not check");
    if (Violation found = keyword->check(value, step(pointer, name))) return found;
  }
  return {};
}

// --- a document against it ---

Violation check(const json& schema, const json& value, const std::string& pointer);

Violation check_type(const json& schema, const json& value, const std::string& pointer) {
  const auto type = schema.find("type");
  if (type == schema.end()) return {};
  const json types = type->is_array() ? *type : json::array({*type});
  std::string wanted;
  for (const json& each : types) {
    const auto& name = each.get_ref<const std::string&>();
    if (has_type(value, name)) return {};
    wanted += (wanted.empty() ? "" : " or ") + name;
  }
  return at(pointer, "must be of type " + wanted + ", not " + value.type_name());
}

Violation check_values(const json& schema, const json& value, const std::string& pointer) {
  if (const auto choices = schema.find("enum"); choices != schema.end()) {
    if (std::find(choices->begin(), choices->end(), value) == choices->end())
      return at(pointer, "must be one of " + choices->dump());
  }
  if (const auto only = schema.find("const"); only != schema.end() && *only != value)
    return at(pointer, "must be " + only->dump());
  return {};
}

Violation check_bounds(const json& schema, const json& size, std::string_view low, std::string_view high,
                       const std::string& pointer, const std::string& noun = "") {
  if (const auto least = schema.find(low); least != schema.end() && size < *least)
    return at(pointer, noun + "must be at least " + least->dump());
  if (const auto most = schema.find(high); most != schema.end() && size > *most)
    return at(pointer, noun + "must be at most " + most->dump());
  return {};
}

Violation check_text(const json& schema, const std::string& text, const std::string& pointer) {
  if (Violation found =
          check_bounds(schema, code_points(text), "minLength", "maxLength", pointer, "its length "))
    return found;
  const auto pattern = schema.find("pattern");
  if (pattern == schema.end()) return {};
  const std::optional<std::regex> expression = compile(pattern->get<std::string>());
  if (text.size() <= kMaxPatternSubject && std::regex_search(text, *expression)) return {};
  return at(pointer, "must match " + pattern->get<std::string>());
}

Violation check_array(const json& schema, const json& value, const std::string& pointer) {
  if (Violation found = check_bounds(schema, value.size(), "minItems", "maxItems", pointer, "its length "))
    return found;
  const auto items = schema.find("items");
  if (items == schema.end()) return {};
  for (size_t i = 0; i < value.size(); ++i)
    if (Violation found = check(*items, value[i], step(pointer, std::to_string(i)))) return found;
  return {};
}

std::string unknown_key(const json& properties, const std::string& key) {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : properties.items()) names.push_back(name);
  const std::string_view near = nearest(key, std::vector<std::string_view>(names.begin(), names.end()));
  if (!near.empty()) return "is not a known key; did you mean \"" + std::string(near) + "\"?";
  std::string known;
  for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
  return known.empty() ? "is not a known key; there are none" : "is not a known key; known are " + known;
}

Violation check_object(const json& schema, const json& value, const std::string& pointer) {
  const json properties = schema.value("properties", json::object());
  const json others = schema.value("additionalProperties", json(true));
  for (const auto& [key, member] : value.items()) {
    const std::string place = step(pointer, key);
    const auto property = properties.find(key);
    if (property == properties.end() && others == false) return at(place, unknown_key(properties, key));
    if (Violation found = check(property == properties.end() ? others : *property, member, place))
      return found;
  }
  for (const json& key : schema.value("required", json::array()))
    if (!value.contains(key.get_ref<const std::string&>()))
      return at(pointer, "the key \"" + key.get<std::string>() + "\" is missing; add it");
  return {};
}

Violation check(const json& schema, const json& value, const std::string& pointer) {
  if (schema.is_boolean()) return schema.get<bool>() ? Violation() : at(pointer, "is not allowed here");
  if (Violation found = check_type(schema, value, pointer)) return found;
  if (Violation found = check_values(schema, value, pointer)) return found;
  if (value.is_object()) return check_object(schema, value, pointer);
  if (value.is_array()) return check_array(schema, value, pointer);
  if (value.is_string()) return check_text(schema, value.get_ref<const std::string&>(), pointer);
  if (value.is_number()) return check_bounds(schema, value, "minimum", "maximum", pointer);
  return {};
}

}  // namespace

Status check_schema(std::string_view schema, const std::string& subject) {
  const json parsed = parse(schema);
  const Violation found =
      parsed.is_discarded() ? at("", "it is not valid JSON") : check_schema_node(parsed, "");
  if (!found) return {};
  const std::string place = found->pointer.empty() ? "" : "at " + found->pointer + ": ";
  return fail("plugin_bad_schema", subject,
              "its config_schema cannot be used: " + place + found->what + "; the plugin must mend it");
}

Status check_against_schema(std::string_view schema, std::string_view document, const std::string& subject) {
  const json value = parse(document);
  if (value.is_discarded()) return fail("plugin_bad_config", subject, "is not valid JSON");
  if (!value.is_object()) return fail("plugin_bad_config", subject, "must be a JSON object");
  if (schema.empty()) return {};
  if (Status status = check_schema(schema, subject); !status) return status;
  const Violation found = check(parse(schema), value, "");
  return found ? fail("plugin_bad_config", subject + found->pointer, found->what) : Status();
}

}  // namespace relay
