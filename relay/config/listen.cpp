#include "config/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <system_error>

namespace relay {

namespace {

constexpr std::string_view kRemedy =
    "write HOST:PORT with an IP address, as in \"127.0.0.1:8000\" or \"[::1]:8000\"";

tl::unexpected<Error> bad_listen(std::string_view text, std::string_view what,
                                 std::string_view remedy = kRemedy) {
  return fail("bad_listen", std::string(text),
              "\"" + std::string(text) + "\" " + std::string(what) + "; " + std::string(remedy));
}

bool parse_port(std::string_view text, uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string ListenAddress::to_string() const {
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<ListenAddress> parse_listen(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_listen(text, "has no port");
  ListenAddress address;
  if (!parse_port(text.substr(colon + 1), address.port)) {
    return bad_listen(text, "has no port from 0 to 65535 after the last colon");
  }
  std::string_view host = text.substr(0, colon);
  if (host.empty() || host == "*") {
    return bad_listen(text, "names no host",
                      "write 127.0.0.1 for this machine only, 0.0.0.0 or [::] for every network");
  }
  if (host == "localhost") host = "127.0.0.1";
  if (host.front() == '[' && host.back() == ']') {
    address.ipv6 = true;
    host = host.substr(1, host.size() - 2);
  }
  address.host = std::string(host);
  in6_addr binary{};
  const int family = address.ipv6 ? AF_INET6 : AF_INET;
  if (host.find('\0') != std::string_view::npos || inet_pton(family, address.host.c_str(), &binary) != 1) {
    return bad_listen(text, "names no IP address");
  }
  return address;
}

bool is_loopback(const ListenAddress& address) {
  if (!address.ipv6) return address.host.starts_with("127.");
  in6_addr binary{};
  if (inet_pton(AF_INET6, address.host.c_str(), &binary) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&binary) || (IN6_IS_ADDR_V4MAPPED(&binary) && binary.s6_addr[12] == 127);
}

}  // namespace relay
