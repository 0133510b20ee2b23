#include "socketio-redis/redis_address.h"

#include <charconv>
#include <system_error>

namespace socketio_redis {
namespace {

constexpr std::string_view kTcp = "redis://", kSocket = "unix://";

tl::unexpected<relay::Error> bad_url(std::string what) {
  return relay::fail("bad_url", "url",
                     std::move(what) + "; write redis://[:password@]host[:port][/db] or unix:///path");
}

// What `%2F` and the like stand for.
std::string decode_percent(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && text.size() - i > 2 &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

template <class Number>
bool read_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// "user:password"; a word alone is the user, as Python's and Node's clients have it.
void take_credentials(std::string_view text, RedisAddress& address) {
  const size_t colon = text.find(':');
  address.user = decode_percent(text.substr(0, colon));
  if (colon != std::string_view::npos) address.password = decode_percent(text.substr(colon + 1));
}

}  // namespace

std::string RedisAddress::to_string() const {
  return path.empty() ? host + ':' + std::to_string(port) : path;
}

relay::Result<RedisAddress> parse_redis_url(std::string_view url) {
  RedisAddress address;
  if (url.starts_with(kSocket)) {
    address.path = decode_percent(url.substr(kSocket.size(), url.find('?') - kSocket.size()));
    if (!address.path.starts_with('/')) return bad_url("it names no socket");
    return address;
  }
  if (url.starts_with("rediss://"))
    return bad_url("TLS is not spoken; put a proxy such as stunnel in between");
  if (!url.starts_with(kTcp)) return bad_url("it is not of Redis");
  url.remove_prefix(kTcp.size());
  const size_t slash = url.find('/');
  unsigned database = 0;
  if (slash != std::string_view::npos && slash + 1 < url.size() &&
      !read_whole(url.substr(slash + 1), database))
    return bad_url("its database is no number");
  url = url.substr(0, slash);
  if (const size_t at = url.rfind('@'); at != std::string_view::npos) {
    take_credentials(url.substr(0, at), address);
    url.remove_prefix(at + 1);
  }
  const size_t bracket = url.starts_with('[') ? url.find(']') : 0;  // of an IPv6 address
  if (bracket == std::string_view::npos) return bad_url("its host has no end");
  const size_t colon = url.find(':', bracket);
  if (colon != std::string_view::npos &&
      (!read_whole(url.substr(colon + 1), address.port) || address.port == 0))
    return bad_url("its port is no number from 1 to 65535");
  address.host = bracket > 0 ? url.substr(1, bracket - 1) : url.substr(0, colon);
  if (address.host.empty()) address.host = "127.0.0.1";
  return address;
}

}  // namespace socketio_redis
