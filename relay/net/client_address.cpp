#include "net/client_address.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace relay {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes the last item off a list with commas.
std::string_view take_last(std::string_view& list) {
  const size_t comma = list.rfind(',');
  const std::string_view item = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
  return trimmed(item);
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Some proxies add the port: "192.0.2.1:51234", "[2001:db8::1]:51234"; some have the brackets alone.
std::optional<IpAddress> parse_forwarded(std::string_view item) {
  if (item.starts_with('[')) {
    const size_t end = item.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = item.substr(end + 1);
    const std::string_view host = item.substr(1, end - 1);
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    return host.find(':') == std::string_view::npos ? std::nullopt : IpAddress::parse(host);
  }
  const size_t colon = item.find(':');
  if (colon == std::string_view::npos || item.find(':', colon + 1) != std::string_view::npos)
    return IpAddress::parse(item);
  return is_port(item.substr(colon + 1)) ? IpAddress::parse(item.substr(0, colon)) : std::nullopt;
}

bool says_https(std::string_view scheme) {
  constexpr std::string_view kHttps = "https";
  return std::equal(scheme.begin(), scheme.end(), kHttps.begin(), kHttps.end(),
                    [](char is, char wanted) { return (is | 0x20) == wanted; });
}

}  // namespace

std::optional<IpAddress> forwarded_for(const HttpRequestHead& head, const AddressRanges& trusted) {
  const std::string header = head.joined_header("x-forwarded-for");
  std::optional<IpAddress> last;
  for (std::string_view list = header; !list.empty();) {
    const std::optional<IpAddress> address = parse_forwarded(take_last(list));
    if (!address) break;
    last = address;
    if (!trusted.contains(*address)) break;
  }
  return last;
}

RequestOrigin origin_of(const HttpRequestHead& head, const Peer& peer, const AddressRanges& trusted) {
  RequestOrigin origin{peer.address, peer.encrypted};
  if (!peer.ip || !trusted.contains(*peer.ip)) return origin;
  if (const std::optional<IpAddress> client = forwarded_for(head, trusted))
    origin.address = client->to_string();
  // Of several the last: it is the one that our own proxy has added.
  const std::string schemes = head.joined_header("x-forwarded-proto");
  std::string_view list = schemes;
  if (!list.empty()) origin.secure = says_https(take_last(list));
  return origin;
}

}  // namespace relay
