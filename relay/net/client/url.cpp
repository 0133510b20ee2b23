#include "net/client/url.h"

#include <algorithm>
#include <charconv>

namespace relay {
namespace {

constexpr std::string_view kExample = "expected ws://HOST:PORT, wss://, http:// or https://";

tl::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return fail("bad_url", std::string(text), std::string(why));
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

bool parse_port(std::string_view text, uint16_t& port) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > 65535) return false;
  port = static_cast<uint16_t>(value);
  return true;
}

// Splits "[::1]:8000" or "host:8000"; what is left of `authority` afterwards is ":port" or nothing.
bool take_host(std::string_view& authority, std::string& host) {
  if (!authority.empty() && authority.front() == '[') {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
  } else {
    const size_t end = std::min(authority.find(':'), authority.size());
    host = authority.substr(0, end);
    authority.remove_prefix(end);
  }
  return !host.empty();
}

}  // namespace

std::string Url::authority() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Url::to_string() const { return scheme + "://" + authority() + path; }

Result<Url> parse_url(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad(text, "has no scheme; " + std::string(kExample));
  if (!is_plain(text)) return bad(text, "holds a space or control character; encode it as %20");
  Url url;
  url.scheme = text.substr(0, colon);
  url.secure = url.scheme == "wss" || url.scheme == "https";
  if (!url.secure && url.scheme != "ws" && url.scheme != "http")
    return bad(text, "has an unknown scheme; " + std::string(kExample));

  std::string_view rest = text.substr(colon + 3);
  if (rest.find_first_of("?#") != std::string_view::npos)
    return bad(text, "has a query or fragment; give only the relay's address and path prefix");
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  url.path = rest.substr(slash);
  while (!url.path.empty() && url.path.back() == '/') url.path.pop_back();

  if (authority.find('@') != std::string_view::npos) return bad(text, "holds credentials; leave them out");
  if (!take_host(authority, url.host)) return bad(text, "names no host; " + std::string(kExample));
  url.port = url.secure ? 443 : 80;
  if (authority.empty()) return url;
  if (authority.front() != ':' || !parse_port(authority.substr(1), url.port))
    return bad(text, "has a bad port; expected a number from 1 to 65535");
  return url;
}

}  // namespace relay
