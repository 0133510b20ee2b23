#include "net/authentication.h"

#include <algorithm>

#include "auth/authenticator.h"
#include "net/handshake.h"

namespace relay {
namespace {

constexpr std::string_view kScheme = "bearer ";
constexpr std::string_view kSubprotocol = "bearer.";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool has_scheme(std::string_view value) {
  return value.size() > kScheme.size() &&
         std::equal(kScheme.begin(), kScheme.end(), value.begin(), [](char wanted, char is) {
           return wanted == (is >= 'A' && is <= 'Z' ? static_cast<char>(is - 'A' + 'a') : is);
         });
}

/// The first item of a list for which `take` answers something.
template <class Take>
std::string_view find_item(std::string_view list, char separator, Take take) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(separator), list.size());
    if (const std::string_view taken = take(trimmed(list.substr(0, end))); !taken.empty()) return taken;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return {};
}

std::string cookie_of(const HttpRequestHead& head, std::string_view name) {
  for (const auto& [key, value] : head.headers) {
    if (key != "cookie") continue;
    const std::string_view found = find_item(value, ';', [name](std::string_view item) {
      const bool is_it = item.size() > name.size() && item.starts_with(name) && item[name.size()] == '=';
      return is_it ? item.substr(name.size() + 1) : std::string_view();
    });
    if (!found.empty()) return std::string(found);
  }
  return {};
}

std::string_view need_text(Endpoint::Need need) {
  switch (need) {
    case Endpoint::Need::read:
      return "to read events; a role with types and rooms is";
    case Endpoint::Need::publish:
      return "to publish; a role with publish is";
    case Endpoint::Need::admin:
      return "this; a role with admin is";
    default:
      return "to read or publish events; a role with types or publish is";
  }
}

}  // namespace

Result<BroughtToken> find_token(const HttpRequestHead& head, std::string_view cookie) {
  // Two headers are none that one reader and the next would understand alike.
  const std::string header = head.joined_header("authorization");
  if (!header.empty()) {
    if (!has_scheme(header))
      return fail("token_malformed", "token", "is not in the form Authorization: Bearer TOKEN");
    return BroughtToken{std::string(trimmed(std::string_view(header).substr(kScheme.size())))};
  }
  const std::string offered = head.joined_header("sec-websocket-protocol");
  const std::string_view token = find_item(offered, ',', [](std::string_view item) {
    return item.starts_with(kSubprotocol) ? item.substr(kSubprotocol.size()) : std::string_view();
  });
  if (!token.empty()) return BroughtToken{std::string(token)};
  if (cookie.empty()) return BroughtToken();
  return BroughtToken{cookie_of(head, cookie), true};
}

Result<IdentityRef> identify(const Authenticator& authenticator, const HttpRequestHead& head,
                             const std::vector<std::string>& allowed_origins, int64_t now_wall_us) {
  const Result<BroughtToken> brought = find_token(head, authenticator.cookie());
  if (!brought) return tl::unexpected<Error>(brought.error());
  if (brought->from_cookie && !brought->text.empty() && !origin_allowed(head, allowed_origins))
    return fail(
        "origin_not_allowed", "origin",
        "add this page's origin to server.cors_allowed_origins: " + std::string(head.header("origin")));
  return authenticator.identify(brought->text, now_wall_us);
}

Status check_need(Endpoint::Need need, const Access& access) {
  bool fits = false;
  switch (need) {
    case Endpoint::Need::nothing:
    case Endpoint::Need::at_connect:
      return {};
    case Endpoint::Need::any:
      fits = access.may_read() || access.may_publish();
      break;
    case Endpoint::Need::read:
      fits = access.may_read();
      break;
    case Endpoint::Need::publish:
      fits = access.may_publish();
      break;
    case Endpoint::Need::admin:
      fits = access.is_admin();
      break;
  }
  if (fits) return {};
  return fail("forbidden", "token", "does not allow " + std::string(need_text(need)) + " needed");
}

HttpResponse access_refused(const Error& error) {
  const bool is_known = error.code == "forbidden" || error.code == "origin_not_allowed";
  HttpResponse response = problem(is_known ? 403 : 401, error.code, error.subject + " " + error.message);
  // Who cannot read a body, as a WebSocket client cannot, finds the code here.
  if (error.code == "forbidden")
    response.headers.emplace_back("WWW-Authenticate",
                                  "Bearer error=\"insufficient_scope\", error_description=\"forbidden\"");
  if (!is_known)
    response.headers.emplace_back("WWW-Authenticate",
                                  "Bearer error=\"invalid_token\", error_description=\"" + error.code + "\"");
  return response;
}

}  // namespace relay
