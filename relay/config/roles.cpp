#include "config/roles.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/checks.h"
#include "config/json_source.h"

namespace relay {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kPointer = "/security/roles";

using List = std::vector<std::string> RoleConfig::*;
constexpr std::array<std::pair<std::string_view, List>, 4> kLists = {{{"namespaces", &RoleConfig::namespaces},
                                                                      {"rooms", &RoleConfig::rooms},
                                                                      {"types", &RoleConfig::types},
                                                                      {"publish", &RoleConfig::publish}}};

Status read_list(const Json& value, const std::string& pointer, bool patterns,
                 std::vector<std::string>& list) {
  list.clear();
  const Json items = value.is_string() ? Json::array({value}) : value;
  if (!items.is_array()) return fail("bad_role", pointer, "must be an array of texts");
  for (const Json& item : items) {
    if (!item.is_string() || item.get<std::string>().empty())
      return fail("bad_role", pointer, "must be an array of texts that are not empty");
    list.push_back(item.get<std::string>());
    if (!patterns) continue;
    if (const Status good = check_pattern(list.back()); !good)
      return fail(good.error().code, pointer, list.back() + ": " + good.error().message);
  }
  return {};
}

Status read_member(const std::string& key, const Json& value, const std::string& pointer, RoleConfig& role) {
  if (key == "admin") {
    if (!value.is_boolean()) return fail("bad_role", pointer, "must be true or false");
    role.admin = value.get<bool>();
    return {};
  }
  for (const auto& [name, list] : kLists)
    if (name == key) return read_list(value, pointer, name == "types" || name == "publish", role.*list);
  return fail("unknown_key", pointer,
              "there is no such key; a role has namespaces, rooms, types, publish and admin");
}

}  // namespace

Result<std::vector<RoleConfig>> parse_roles(std::string_view json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return fail("bad_role", std::string(kPointer), "must be an object of roles");
  std::vector<RoleConfig> roles;
  for (const auto& [name, members] : object.items()) {
    const std::string pointer = join_pointer(std::string(kPointer), name);
    if (const Status good = check_identifier(name); !good)
      return fail("bad_role", pointer, good.error().message);
    if (!members.is_object()) return fail("bad_role", pointer, "must be an object");
    RoleConfig role;
    role.name = name;
    for (const auto& [key, value] : members.items())
      if (Status read = read_member(key, value, join_pointer(pointer, key), role); !read)
        return tl::unexpected<Error>(read.error());
    roles.push_back(std::move(role));
  }
  return roles;
}

}  // namespace relay
