// links: seneca_event nlohmann_json::nlohmann_json
#include <seneca/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "event/json_check.h"

namespace {

using seneca::JsonView;

void require(bool condition) {
  if (!condition) std::abort();
}

// Touches every part of whatever the bytes are.
void walk(const JsonView& view, int depth) {
  std::string storage;
  require(view.string() == view.string(storage));
  require(!view.is_string() || view.equals(view.string()));
  static_cast<void>(view.number());
  static_cast<void>(view.integer());
  static_cast<void>(view.boolean());
  static_cast<void>(view.size());
  static_cast<void>(view.at(1));
  static_cast<void>(view.pointer("/a/0/~1~0"));
  if (depth == 6) return;
  for (const auto& [key, value] : view.members()) {
    require(static_cast<bool>(value) == static_cast<bool>(JsonView(value.raw())));
    walk(value, depth + 1);
  }
  for (const JsonView& item : view.items()) walk(item, depth + 1);
}

// On valid JSON the view must see what a parser sees.
void compare(const JsonView& view, const nlohmann::json& parsed) {
  require(view.is_object() == parsed.is_object() && view.is_array() == parsed.is_array());
  require(view.is_string() == parsed.is_string() && view.is_number() == parsed.is_number());
  require(view.is_boolean() == parsed.is_boolean() && view.is_null() == parsed.is_null());
  if (parsed.is_string()) require(view.equals(parsed.get_ref<const std::string&>()));
  if (parsed.is_number()) require(view.number() == parsed.get<double>());
  if (parsed.is_number_integer() && !parsed.is_number_unsigned())
    require(view.integer() == parsed.get<int64_t>());
  if (parsed.is_boolean()) require(view.boolean() == parsed.get<bool>());
  if (parsed.is_array()) {
    require(view.size() == parsed.size());
    size_t index = 0;
    for (const JsonView& item : view.items()) compare(item, parsed[index++]);
  }
  if (!parsed.is_object()) return;
  const bool keys_differ = view.size() == parsed.size();
  for (const auto& [key, value] : parsed.items()) {
    require(static_cast<bool>(view.get(key)));
    if (keys_differ) compare(view.get(key), value);
  }
  const std::string more = seneca::with_members(view.raw(), {{"seneca\"", "1"}});
  require(relay::check_json(more) == relay::JsonFault::none);
  require(static_cast<bool>(JsonView(more).get("seneca\"")));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A buffer of exactly this size, so that the sanitizer sees a read past the end.
  const std::unique_ptr<char[]> bytes(new char[size]);
  if (size != 0) std::memcpy(bytes.get(), data, size);
  const std::string_view text(bytes.get(), size);
  walk(JsonView(text), 0);
  static_cast<void>(seneca::with_members(text, {{"a", "1"}, {"b", "2"}}));

  std::string quoted;
  seneca::append_json_string(quoted, text);
  require(relay::check_json(quoted) == relay::JsonFault::none);

  relay::JsonLimits limits;
  limits.max_depth = 20;
  if (relay::check_json(text, limits) != relay::JsonFault::none) return 0;
  const nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_discarded()) compare(JsonView(text), parsed);
  return 0;
}
