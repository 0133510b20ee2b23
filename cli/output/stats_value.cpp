#include "cli/output/stats_value.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/printable.h"
#include "cli/output/human.h"
#include "cli/output/text_width.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Identifiers and positions: people copy them, so no thousands separators.
bool is_name(std::string_view key) {
  return key == "pid" || key == "oldest" || key == "newest" || ends_with(key, "id");
}

std::string number(std::string_view key, double value) {
  if (ends_with(key, "bytes") || key.substr(0, 6) == "bytes_") return human_bytes(value);
  if (ends_with(key, "_us")) return human_us(value);
  if (ends_with(key, "_ns") || key == "ns_per_event") return human_count(value) + " ns";
  if (ends_with(key, "_per_s")) return human_count(value) + "/s";
  if (ends_with(key, "_s")) return human_seconds(value);
  return human_count(value);
}

std::string joined(const std::string& key, const Json& values) {
  std::string text;
  for (const auto& [name, value] : values.items()) {
    if (!text.empty()) text += values.is_object() ? " " : ",";
    if (values.is_object()) text += printable(name) + " ";
    text += stats_value(key, value);
  }
  return text.empty() ? "-" : text;
}

}  // namespace

std::string stats_value(const std::string& key, const Json& value) {
  if (value.is_number_integer() && is_name(key)) return value.dump();
  if (value.is_number()) return number(key, value.get<double>());
  if (value.is_structured()) return joined(key, value);
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  return text.empty() ? "-" : printable(text);
}

std::string stats_label(const std::string& key) {
  std::string label = key;
  for (const std::string_view unit : {"_per_s", "_bytes", "_us", "_ns", "_s"}) {
    if (!ends_with(label, unit)) continue;
    label.resize(label.size() - unit.size());
    break;
  }
  std::replace(label.begin(), label.end(), '_', ' ');
  return printable(label);
}

}  // namespace relay
