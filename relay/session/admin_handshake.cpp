#include "session/admin_handshake.h"

#include <algorithm>
#include <array>
#include <seneca/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"

namespace relay {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr size_t kMaxBytes = 4096;
constexpr std::array<std::string_view, 4> kSecret = {"authorization", "cookie", "proxy-authorization",
                                                     "sec-websocket-protocol"};

bool is_secret(std::string_view name) {
  return std::find(kSecret.begin(), kSecret.end(), name) != kSecret.end();
}

// Of equal names the first, as in a JavaScript object there is one of each; what is too much is left out.
std::string object(const Fields& fields) {
  std::string json = "{";
  size_t bytes = 0;
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    const auto& [name, value] = *field;
    const bool again =
        std::any_of(fields.begin(), field, [&name = name](const auto& each) { return each.first == name; });
    if (again || bytes + name.size() + value.size() > kMaxBytes) continue;
    bytes += name.size() + value.size();
    if (json.size() > 1) json += ',';
    seneca::append_json_string(json, name);
    json += ':';
    seneca::append_json_string(json, is_secret(name) ? "[redacted]" : value);
  }
  return json += '}';
}

}  // namespace

std::string admin_handshake_json(const SessionRequest& request, int64_t wall_us) {
  const bool has_origin = std::any_of(request.headers.begin(), request.headers.end(),
                                      [](const auto& header) { return header.first == "origin"; });
  std::string json = R"({"address":)";
  seneca::append_json_string(json, host_of_endpoint(request.address));
  json += ",\"headers\":" + object(request.headers);
  json += ",\"query\":" + object(request.query);
  json += ",\"issued\":" + std::to_string(wall_us / 1000);
  json += request.secure ? R"(,"secure":true,"time":")" : R"(,"secure":false,"time":")";
  json += format_rfc3339(wall_us / 1000 * 1000);
  json += R"(","url":)";
  seneca::append_json_string(json, std::string_view(request.url).substr(0, kMaxBytes));
  json += has_origin ? R"(,"xdomain":true})" : R"(,"xdomain":false})";
  return json;
}

}  // namespace relay
